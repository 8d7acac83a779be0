//! The `ingot` command.
//!
//! [`cli`] reads the command line, [`toolchain`] finds the Go distribution and LLVM, [`load`] asks the go command which
//! packages there are, [`front`] parses and checks them, [`report`] shows the errors, [`compile`] makes the program;
//! [`commands`] and, for `ingot test`, [`test`] put these together.
//! Exit codes are the go command's: 0, 1 for errors in the user's program, 2 for a wrong command line.

#[macro_use]
mod output;

mod assembly;
mod buildinfo;
mod cache;
mod cli;
mod commands;
mod compile;
mod front;
mod goenv;
mod interrupt;
mod linkvars;
mod load;
mod overlay;
mod profile;
mod progress;
mod report;
mod test;
mod toolchain;
mod vcs;
mod version;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command, PgoAction};
use toolchain::{GO_VERSION, Toolchain};

/// Address space of each compiling thread's stack: trees may nest deeply. Pages are taken as they are touched.
const THREAD_STACK: usize = 512 << 20;

/// More threads than any machine has processors are of no use, and their stacks would use up the address space.
const MOST_THREADS: usize = 1024;

fn main() -> ExitCode {
    let goflags = goenv::setting("GOFLAGS").unwrap_or_default();
    let args = match cli::with_environment(std::env::args_os().collect(), &goflags).map(cli::normalise) {
        Ok(Ok(args)) => args,
        Err(text) => {
            errln!("ingot: {text}");
            return ExitCode::from(1);
        }
        Ok(Err(text)) => {
            errln!("{text}\nRun 'ingot -help' for the commands, 'ingot COMMAND -help' for their flags.");
            return ExitCode::from(2);
        }
    };
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(e) => {
            let code = if e.use_stderr() { 2 } else { 0 };
            // Nothing is left to tell the user if the terminal is gone.
            let _ = e.print();
            return ExitCode::from(code);
        }
    };
    let jobs = match &cli.command {
        Command::Build(build) => build.load.jobs,
        Command::Run(run) => run.load.jobs,
        Command::Test(test) => test.load.jobs,
        Command::Check(check) => check.load.jobs,
        Command::Pgo(pgo) => pgo.load.jobs,
        Command::Version | Command::Env => None,
    };
    if let Some(n) = jobs.filter(|&n| n < 1) {
        errln!("ingot: -p must be a positive integer: {n}");
        return ExitCode::from(1);
    }
    let jobs = jobs.map_or(0, |n| usize::try_from(n).unwrap_or(usize::MAX)).min(MOST_THREADS);
    let pool = rayon::ThreadPoolBuilder::new().stack_size(THREAD_STACK).num_threads(jobs).build_global();
    if let Err(e) = pool {
        errln!("ingot: {e}");
        return ExitCode::from(1);
    }
    if let Err(e) = interrupt::watch() {
        errln!("ingot: {e}");
        return ExitCode::from(1);
    }
    let result = match &cli.command {
        Command::Build(build) => commands::build(build),
        Command::Run(run) => commands::run(run),
        Command::Test(args) => test::test(args),
        Command::Check(check) => commands::check(check),
        Command::Pgo(pgo) => match pgo.action {
            PgoAction::Show => profile::show(pgo),
        },
        Command::Version => {
            outln!("ingot version {} go{GO_VERSION} linux/amd64", version::INGOT);
            Ok(ExitCode::SUCCESS)
        }
        Command::Env => print_env(),
    };
    match result {
        Ok(code) => code,
        Err(text) => {
            errln!("{text}");
            ExitCode::from(1)
        }
    }
}

fn print_env() -> Result<ExitCode, String> {
    let t = Toolchain::find().map_err(|e| format!("ingot: {e}"))?;
    outln!("GOROOT='{}'", t.goroot.display());
    outln!("GOVERSION='{}'", t.go_version);
    outln!("GOOS='linux'");
    outln!("GOARCH='{}'", t.goarch);
    outln!("GOAMD64='{}'", t.goamd64);
    outln!("LLVM_BIN='{}'", t.llvm_bin.display());
    outln!("INGOT_CACHE='{}'", cache::folder().display());
    Ok(ExitCode::SUCCESS)
}
