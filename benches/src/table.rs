//! The table, in Markdown.

use std::fmt::Write;

use crate::column::{COLUMNS, Column};
use crate::score::{COMPARISONS, Comparison, Figure, Noise, Row, noise};

/// What the whole table was measured with.
pub struct Setting {
    pub rounds: usize,
    pub procs: usize,
    pub gogc: String,
    pub figure: Figure,
}

fn cell(value: Option<f64>, digits: usize) -> String {
    value.map_or("–".into(), |value| format!("{value:.digits$}"))
}

/// The comparisons that some row has.
pub fn comparisons(rows: &[Row], figure: Figure) -> Vec<Comparison> {
    COMPARISONS.iter().copied().filter(|c| c.geomean(rows, figure).is_some()).collect()
}

/// What keeps a program from counting as won.
fn remark(row: &Row, wanted: &[Comparison], figure: Figure) -> String {
    let mut remarks = Vec::new();
    for (column, why) in &row.failures {
        remarks.push(format!("{column}: {}", why.lines().next().unwrap_or("failed")));
    }
    if row.greedy(Column::Ingot) {
        remarks.push("memory".into());
    }
    for c in wanted {
        let allowed = match c.under {
            Column::Ingot => 1.03, // no program may lose by its profile
            _ => c.target.map_or(f64::INFINITY, |target| target * 1.1),
        };
        if c.ratio(row, figure).is_some_and(|ratio| ratio > allowed) {
            remarks.push(format!("{} over {}", c.over, c.under));
        }
    }
    remarks.join("; ")
}

/// The table of all rows with its means.
pub fn markdown(rows: &[Row], setting: &Setting) -> String {
    let figure = setting.figure;
    let wanted = comparisons(rows, figure);
    let columns: Vec<Column> = COLUMNS
        .iter()
        .copied()
        .filter(|c| *c != Column::GcAgain && rows.iter().any(|row| row.samples.contains_key(c)))
        .collect();
    let mut text = format!(
        "Medians of {} runs, interleaved; GOMAXPROCS={}, GOGC={}, GOAMD64=v1. Each cell: wall s / processor s / peak MB. \
         Ratios are of {} and below 1 where the first is better; mem is the ratio of peak memory.\n\n",
        setting.rounds,
        setting.procs,
        setting.gogc,
        if figure == Figure::Wall { "wall time" } else { "processor time" },
    );
    let mut header = String::from("| program |");
    let mut rule = String::from("|---|");
    let mut head = |title: String| {
        let _ = write!(header, " {title} |");
        rule.push_str("---:|");
    };
    columns.iter().for_each(|c| head(c.to_string()));
    wanted.iter().for_each(|c| head(format!("{} / {}", c.over, c.under)));
    head("mem".into());
    head("gc again / gc".into());
    header.push_str(" |\n");
    rule.push_str("---|\n");
    text += &header;
    text += &rule;
    for row in rows {
        let _ = write!(text, "| {} |", row.program);
        for &c in &columns {
            let megabytes = row.median(c, Figure::Peak).map(|bytes| bytes / 1e6);
            let (wall, cpu) = (row.median(c, Figure::Wall), row.median(c, Figure::Cpu));
            let _ = match wall {
                Some(_) => write!(text, " {} / {} / {} |", cell(wall, 2), cell(cpu, 2), cell(megabytes, 0)),
                None => write!(text, " – |"),
            };
        }
        for c in &wanted {
            let _ = write!(text, " {} |", cell(c.ratio(row, figure), 2));
        }
        let _ = write!(text, " {} |", cell(row.ratio(Column::Ingot, Column::Gc, Figure::Peak), 2));
        let _ = write!(text, " {} |", cell(row.ratio(Column::GcAgain, Column::Gc, figure), 2));
        let _ = writeln!(text, " {} |", remark(row, &wanted, figure));
    }
    text.push('\n');
    for c in &wanted {
        for (figure, name) in [(Figure::Wall, "wall"), (Figure::Cpu, "processor")] {
            if let Some((mean, of)) = c.geomean(rows, figure) {
                let wanted = c.target.map_or(String::new(), |target| format!(" (at most {target:.2} wanted)"));
                let _ = writeln!(
                    text,
                    "- {} / {}, {name} time: geometric mean {mean:.3} of {of} programs{wanted}",
                    c.over, c.under
                );
            }
        }
    }
    for (figure, name) in [(Figure::Wall, "wall"), (Figure::Cpu, "processor")] {
        if let Some(Noise { geomean, widest }) = noise(rows, figure) {
            let _ = writeln!(
                text,
                "- noise, {name} time: gc against itself {geomean:.3}, at most {:.1} % apart",
                widest * 100.0
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Sample;

    #[test]
    fn a_table_tells_what_was_missed() {
        let sample = |cpu: f64, peak| vec![Sample { wall: cpu, cpu, peak }];
        let mut slow = Row { program: "slow".into(), ..Row::default() };
        slow.samples.insert(Column::Gc, sample(1.0, 10_000_000));
        slow.samples.insert(Column::GcAgain, sample(1.02, 10_000_000));
        slow.samples.insert(Column::Ingot, sample(1.5, 20_000_000));
        let mut broken = Row { program: "broken".into(), ..Row::default() };
        broken.samples.insert(Column::Gc, sample(1.0, 10_000_000));
        broken.failures.insert(Column::Ingot, "exit status: 2\nmore".into());
        let setting = Setting { rounds: 1, procs: 2, gogc: "100".into(), figure: Figure::Cpu };
        let text = markdown(&[slow, broken], &setting);
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| program | gc | ingot | ingot / gc | mem | gc again / gc | |",
                "|---|---:|---:|---:|---:|---:|---|",
                "| slow | 1.00 / 1.00 / 10 | 1.50 / 1.50 / 20 | 1.50 | 2.00 | 1.02 | memory; ingot over gc |",
                "| broken | 1.00 / 1.00 / 10 | – | – | – | – | ingot: exit status: 2 |",
                "",
                "- ingot / gc, wall time: geometric mean 1.500 of 1 programs (at most 1.00 wanted)",
                "- ingot / gc, processor time: geometric mean 1.500 of 1 programs (at most 1.00 wanted)",
                "- noise, wall time: gc against itself 1.020, at most 2.0 % apart",
                "- noise, processor time: gc against itself 1.020, at most 2.0 % apart",
            ]
        );
    }
}
