//! Measures what the programs that Ingot builds cost, and what building them costs, beside gc.
//!
//! `programs/` holds the programs, each a package main; `kernels/` what the numeric ones do, in C. [`column`] says how a
//! program is built for each column of the table, [`measure`] runs one and asks the kernel what it took, [`score`] makes
//! ratios of the samples, and [`table`] and [`plot`] write them. [`building`] measures the compilers instead.
//!
//! A figure without a band of noise says nothing, so one column is gc's program once more: what its ratio differs from 1
//! by is the band.

pub mod building;
pub mod column;
pub mod measure;
pub mod plot;
pub mod program;
pub mod score;
pub mod table;
