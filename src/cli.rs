//! The command line: the go command's spelling (`-tags x`, `-tags=x`, `--tags x`) over clap.

use std::ffi::OsString;

use clap::{Parser, Subcommand};

/// Ingot compiles Go programs ahead of time with LLVM.
#[derive(Debug, Parser)]
#[command(name = "ingot", disable_version_flag = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print Ingot's version and the Go version it implements
    Version,
    /// Print what Ingot found: Go distribution, LLVM, target
    Env,
}

/// Flags of more than one letter that the go command spells with one dash.
const LONG_FLAGS: &[&str] = &["help"];

/// Turns the go command's `-flag` spelling into clap's `--flag`; what is not a known flag stays as it is.
pub fn normalise(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut flags_end = false;
    args.into_iter()
        .map(|arg| {
            flags_end |= arg == "--";
            match arg.to_str().and_then(|a| a.strip_prefix('-')) {
                Some(rest) if !flags_end && LONG_FLAGS.contains(&rest.split('=').next().unwrap_or(rest)) => {
                    OsString::from(format!("--{rest}"))
                }
                _ => arg,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(normalise(std::iter::once("ingot").chain(args.iter().copied()).map(OsString::from)))
    }

    #[test]
    fn single_and_double_dashes_mean_the_same() {
        for spelling in ["-help", "--help"] {
            assert_eq!(parse(&[spelling]).expect_err("help").kind(), clap::error::ErrorKind::DisplayHelp);
        }
        assert!(matches!(parse(&["version"]).expect("valid").command, Command::Version));
    }

    #[test]
    fn unknown_flags_are_errors() {
        assert!(parse(&["version", "-nosuch"]).is_err());
    }
}
