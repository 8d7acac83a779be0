//! What samples say: medians, ratios of medians, and geometric means of ratios.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::column::Column;
use crate::measure::Sample;

/// The middle of the values, or the mean of the two in the middle; nothing of none.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

/// The geometric mean of ratios; nothing of none.
pub fn geomean(ratios: impl IntoIterator<Item = f64>) -> Option<f64> {
    let logarithms: Vec<f64> = ratios.into_iter().map(f64::ln).collect();
    (!logarithms.is_empty()).then(|| (logarithms.iter().sum::<f64>() / logarithms.len() as f64).exp())
}

/// Which of a sample's figures is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Figure {
    Wall,
    Cpu,
    Peak,
}

impl Figure {
    fn of(self, sample: &Sample) -> f64 {
        match self {
            Figure::Wall => sample.wall,
            Figure::Cpu => sample.cpu,
            Figure::Peak => sample.peak as f64,
        }
    }
}

/// A program's line of the table: the samples of each column, in the order they were taken.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Row {
    pub program: String,
    /// A numeric one, with a column in C.
    pub kernel: bool,
    pub samples: BTreeMap<Column, Vec<Sample>>,
    /// Why a column has no samples, or other output than gc.
    pub failures: BTreeMap<Column, String>,
}

impl Row {
    /// The median of a column's figure.
    pub fn median(&self, column: Column, figure: Figure) -> Option<f64> {
        median(self.samples.get(&column)?.iter().map(|s| figure.of(s)))
    }

    /// The median of `over` in units of that of `under`.
    pub fn ratio(&self, over: Column, under: Column, figure: Figure) -> Option<f64> {
        Some(self.median(over, figure)? / self.median(under, figure)?)
    }

    /// Whether the column used more memory than a good result may.
    pub fn greedy(&self, column: Column) -> bool {
        self.ratio(column, Column::Gc, Figure::Peak).is_some_and(|ratio| ratio > MEMORY_ALLOWED)
    }
}

/// A program that uses more of gc's memory than this has not won, however fast it is.
pub const MEMORY_ALLOWED: f64 = 1.3;

/// A comparison that the table has a column of ratios for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    pub over: Column,
    pub under: Column,
    /// The geometric mean that is wanted at most, if it is Ingot's.
    pub target: Option<f64>,
    /// Numeric kernels count.
    pub kernels: bool,
}

/// The comparisons whose two columns are there.
pub const COMPARISONS: &[Comparison] = &[
    Comparison { over: Column::Ingot, under: Column::Gc, target: Some(1.0), kernels: true },
    Comparison { over: Column::Ingot, under: Column::Clang, target: Some(1.2), kernels: true },
    Comparison { over: Column::IngotPgo, under: Column::Ingot, target: Some(0.97), kernels: false },
    Comparison { over: Column::GcPgo, under: Column::Gc, target: None, kernels: false },
    Comparison { over: Column::IngotPgo, under: Column::GcPgo, target: Some(1.0), kernels: true },
];

impl Comparison {
    /// The row's ratio, if the row counts and has both columns.
    pub fn ratio(&self, row: &Row, figure: Figure) -> Option<f64> {
        if row.kernel && !self.kernels { None } else { row.ratio(self.over, self.under, figure) }
    }

    /// The geometric mean of the rows' ratios, and how many there are.
    pub fn geomean(&self, rows: &[Row], figure: Figure) -> Option<(f64, usize)> {
        let ratios: Vec<f64> = rows.iter().filter_map(|row| self.ratio(row, figure)).collect();
        Some((geomean(ratios.iter().copied())?, ratios.len()))
    }
}

/// How far gc's program was from itself: the geometric mean of the ratios, and the largest distance of one from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    pub geomean: f64,
    pub widest: f64,
}

/// The band of noise, where gc's programs were measured twice.
pub fn noise(rows: &[Row], figure: Figure) -> Option<Noise> {
    let ratios: Vec<f64> = rows.iter().filter_map(|row| row.ratio(Column::GcAgain, Column::Gc, figure)).collect();
    let distance = |ratio: f64| if ratio < 1.0 { 1.0 / ratio - 1.0 } else { ratio - 1.0 };
    Some(Noise {
        geomean: geomean(ratios.iter().copied())?,
        widest: ratios.iter().copied().map(distance).fold(0.0, f64::max),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: &[(Column, &[f64])]) -> Row {
        let sample = |&cpu: &f64| Sample { wall: 2.0 * cpu, cpu, peak: (cpu * 1000.0) as u64 };
        let samples = columns.iter().map(|(c, values)| (*c, values.iter().map(sample).collect())).collect();
        Row { program: "p".into(), samples, ..Row::default() }
    }

    fn near(got: Option<f64>, want: f64) {
        assert!(got.is_some_and(|got| (got - want).abs() < 1e-9), "{got:?}, not {want}");
    }

    #[test]
    fn medians() {
        assert_eq!(median([]), None);
        near(median([3.0]), 3.0);
        near(median([9.0, 1.0, 2.0]), 2.0);
        near(median([9.0, 1.0, 2.0, 4.0]), 3.0);
    }

    #[test]
    fn geometric_means() {
        assert_eq!(geomean([]), None);
        near(geomean([2.0, 0.5]), 1.0);
        near(geomean([1.0, 8.0, 1.0]), 2.0);
    }

    #[test]
    fn a_ratio_is_of_medians() {
        let row = row(&[(Column::Gc, &[1.0, 2.0, 90.0]), (Column::Ingot, &[1.0, 1.0, 7.0])]);
        near(row.ratio(Column::Ingot, Column::Gc, Figure::Cpu), 0.5);
        near(row.ratio(Column::Ingot, Column::Gc, Figure::Wall), 0.5);
        assert_eq!(row.ratio(Column::Ingot, Column::Clang, Figure::Cpu), None);
    }

    #[test]
    fn memory_is_held_against_a_program() {
        assert!(row(&[(Column::Gc, &[1.0]), (Column::Ingot, &[1.31])]).greedy(Column::Ingot));
        assert!(!row(&[(Column::Gc, &[1.0]), (Column::Ingot, &[1.3])]).greedy(Column::Ingot));
    }

    #[test]
    fn a_mean_is_of_the_rows_that_have_both() {
        let rows = [
            row(&[(Column::Gc, &[1.0]), (Column::Ingot, &[2.0]), (Column::Clang, &[1.0])]),
            row(&[(Column::Gc, &[1.0]), (Column::Ingot, &[0.5])]),
        ];
        let (mean, of) = COMPARISONS[0].geomean(&rows, Figure::Cpu).unwrap();
        assert!((mean - 1.0).abs() < 1e-9 && of == 2);
        let (mean, of) = COMPARISONS[1].geomean(&rows, Figure::Cpu).unwrap();
        assert!((mean - 2.0).abs() < 1e-9 && of == 1);
    }

    #[test]
    fn kernels_do_not_count_for_profiles() {
        let mut rows = [
            row(&[(Column::Ingot, &[1.0]), (Column::IngotPgo, &[0.9])]),
            row(&[(Column::Ingot, &[1.0]), (Column::IngotPgo, &[0.1])]),
        ];
        rows[1].kernel = true;
        let profiled = COMPARISONS.iter().find(|c| c.over == Column::IngotPgo && c.under == Column::Ingot).unwrap();
        let (mean, of) = profiled.geomean(&rows, Figure::Cpu).unwrap();
        assert!((mean - 0.9).abs() < 1e-9 && of == 1);
    }

    #[test]
    fn noise_is_gc_against_itself() {
        let rows = [
            row(&[(Column::Gc, &[1.0]), (Column::GcAgain, &[0.8])]),
            row(&[(Column::Gc, &[1.0]), (Column::GcAgain, &[1.1])]),
        ];
        near(noise(&rows, Figure::Cpu).map(|n| n.widest), 0.25);
        near(noise(&rows, Figure::Cpu).map(|n| n.geomean), (0.8f64 * 1.1).sqrt());
        assert_eq!(noise(&[row(&[(Column::Gc, &[1.0])])], Figure::Cpu), None);
    }
}
