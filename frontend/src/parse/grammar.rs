//! The parser that pest derives from `go.pest`.

#[derive(pest_derive::Parser)]
#[grammar = "parse/go.pest"]
pub struct GoParser;
