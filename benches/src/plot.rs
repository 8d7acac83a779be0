//! The ratios as bars, on a logarithmic axis.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::column::Column;
use crate::score::{Figure, Row, noise};

const BAR: u32 = 18;
const LEFT: i32 = 120;
const WIDTH: u32 = 900;
const TOP: i32 = 60;

/// Draws Ingot's time in units of gc's, a bar a program, the fastest first, with the band of noise.
pub fn draw(rows: &[Row], figure: Figure, path: &Path) -> Result<(), String> {
    let mut bars: Vec<(&str, f64, bool)> = rows
        .iter()
        .filter_map(|row| {
            let ratio = row.ratio(Column::Ingot, Column::Gc, figure)?;
            Some((row.program.as_str(), ratio, row.greedy(Column::Ingot)))
        })
        .collect();
    if bars.is_empty() {
        return Err("no program has a ratio to draw".into());
    }
    bars.sort_by(|a, b| a.1.total_cmp(&b.1));
    paint(&bars, noise(rows, figure).map_or(0.0, |n| n.widest), path).map_err(|e| e.to_string())
}

fn paint(bars: &[(&str, f64, bool)], band: f64, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let height = TOP as u32 + BAR * bars.len() as u32 + 20;
    let area = SVGBackend::new(path, (WIDTH, height)).into_drawing_area();
    area.fill(&WHITE)?;
    let ends = bars.iter().map(|b| b.1.ln()).fold((-0.7f64, 0.7f64), |(lo, hi), x| (lo.min(x), hi.max(x)));
    let span = f64::from(WIDTH as i32 - LEFT - 60);
    let at = |ratio: f64| LEFT + ((ratio.ln() - ends.0) / (ends.1 - ends.0) * span) as i32;
    let bottom = TOP + BAR as i32 * bars.len() as i32;

    let font = |size: i32| ("sans-serif", size).into_font();
    let place = |h| Pos::new(h, VPos::Center);
    area.draw(&Text::new("Time of Ingot's program in units of gc's: left is faster", (LEFT, 12), font(16)))?;
    area.draw(&Rectangle::new(
        [(at(1.0 / (1.0 + band)), TOP), (at(1.0 + band), bottom)],
        RGBColor(235, 235, 235).filled(),
    ))?;
    for tick in [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0] {
        let x = at(tick);
        if (LEFT..WIDTH as i32).contains(&x) {
            let line = if tick == 1.0 { BLACK.stroke_width(1) } else { RGBColor(200, 200, 200).stroke_width(1) };
            area.draw(&PathElement::new([(x, TOP), (x, bottom)], line))?;
            let centred = TextStyle::from(font(11)).pos(place(HPos::Center));
            area.draw(&Text::new(format!("{tick}"), (x, TOP - 10), centred))?;
        }
    }
    for (i, &(name, ratio, greedy)) in bars.iter().enumerate() {
        let y = TOP + BAR as i32 * i as i32;
        let middle = y + BAR as i32 / 2;
        let colour = match ratio {
            _ if greedy => RGBColor(200, 120, 20),
            r if r > 1.0 + band => RGBColor(190, 50, 50),
            r if r < 1.0 / (1.0 + band) => RGBColor(50, 130, 70),
            _ => RGBColor(120, 120, 120),
        };
        let (x0, x1) = (at(ratio).min(at(1.0)), at(ratio).max(at(1.0)));
        area.draw(&Rectangle::new([(x0, y + 3), (x1, y + BAR as i32 - 3)], colour.filled()))?;
        area.draw(&Text::new(name, (LEFT - 6, middle), TextStyle::from(font(12)).pos(place(HPos::Right))))?;
        let (x, side) = if ratio < 1.0 { (x0 - 4, HPos::Right) } else { (x1 + 4, HPos::Left) };
        area.draw(&Text::new(format!("{ratio:.2}"), (x, middle), TextStyle::from(font(11)).pos(place(side))))?;
    }
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Sample;

    #[test]
    fn every_program_has_its_bar() {
        let row = |name: &str, ingot: f64| {
            let mut row = Row { program: name.into(), ..Row::default() };
            let sample = |cpu: f64| vec![Sample { wall: cpu, cpu, peak: 1 }];
            row.samples.insert(Column::Gc, sample(1.0));
            row.samples.insert(Column::Ingot, sample(ingot));
            row
        };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plot.svg");
        draw(&[row("slowest", 12.5), row("fastest", 0.31)], Figure::Cpu, &path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let (fast, slow) = (text.find("0.31").unwrap(), text.find("12.50").unwrap());
        assert!(fast < slow && text.contains("slowest") && text.contains("fastest"), "{text}");
        assert!(draw(&[], Figure::Cpu, &path).is_err());
    }
}
