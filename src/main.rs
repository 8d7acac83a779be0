//! The `ingot` command.
//!
//! [`cli`] reads the command line, [`toolchain`] finds the Go distribution and LLVM.
//! Exit codes are the go command's: 0, 1 for errors in the user's
//! program, 2 for a wrong command line.

mod cli;
mod toolchain;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command};
use toolchain::{GO_VERSION, Toolchain};

fn main() -> ExitCode {
    let cli = match Cli::try_parse_from(cli::normalise(std::env::args_os())) {
        Ok(cli) => cli,
        Err(e) => {
            let code = if e.use_stderr() { 2 } else { 0 };
            // Nothing is left to tell the user if the terminal is gone.
            let _ = e.print();
            return ExitCode::from(code);
        }
    };
    let result = match cli.command {
        Command::Version => {
            println!("ingot version {} go{GO_VERSION} linux/amd64", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        Command::Env => print_env(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::from(1)
        }
    }
}

fn print_env() -> Result<(), String> {
    let t = Toolchain::find().map_err(|e| format!("ingot: {e}"))?;
    println!("GOROOT='{}'", t.goroot.display());
    println!("GOVERSION='{}'", t.go_version);
    println!("GOOS='linux'");
    println!("GOARCH='{}'", t.goarch);
    println!("GOAMD64='{}'", t.goamd64);
    println!("LLVM_BIN='{}'", t.llvm_bin.display());
    Ok(())
}
