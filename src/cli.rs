//! The command line: the go command's spelling (`-tags x`, `-tags=x`, `--tags x`) over clap.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use llvm_backend::Fault;

/// Ingot compiles Go programs ahead of time with LLVM.
#[derive(Debug, Parser)]
#[command(name = "ingot", disable_version_flag = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compile packages and their dependencies
    Build(Build),
    /// Compile a main package and run it
    Run(Run),
    /// Compile packages with their tests and run these
    Test(Test),
    /// Type-check packages
    Check(Check),
    /// Explain what CPU profiles change
    Pgo(Pgo),
    /// Print Ingot's version and the Go version it implements
    Version,
    /// Print what Ingot found: Go distribution, LLVM, target
    Env,
}

/// Flags that say which packages are meant and how they are loaded; the go command's.
#[derive(Debug, Args, Clone, Default)]
pub struct Load {
    /// Change to DIR before running the command
    #[arg(short = 'C', value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Build tags, separated by commas
    #[arg(long, value_name = "LIST")]
    pub tags: Option<String>,
    /// Module download mode: readonly, vendor or mod
    #[arg(long = "mod", value_name = "MODE")]
    pub module_mode: Option<String>,
    /// Another go.mod file
    #[arg(long, value_name = "FILE")]
    pub modfile: Option<PathBuf>,
    /// Packages compiled at once
    #[arg(short = 'p', value_name = "N")]
    pub jobs: Option<usize>,
    /// Remove file system paths from the binary
    #[arg(long)]
    pub trimpath: bool,
    /// Stamp version control information: true, false or auto
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub buildvcs: Option<String>,
    /// Linker flags: -s, -w and -X importpath.name=value
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub ldflags: Option<String>,
    /// Print the names of packages as they are compiled
    #[arg(short = 'v')]
    pub verbose: bool,
    /// Print the commands that are run
    #[arg(short = 'x')]
    pub print_commands: bool,
    /// Print the temporary folder and keep it
    #[arg(long)]
    pub work: bool,
    /// Compile everything anew
    #[arg(short = 'a')]
    pub rebuild: bool,
    /// CPU profiles to optimise for, separated by commas; auto: default.pgo beside the main package, if there; or off
    #[arg(long, value_name = "FILES", default_value = "auto")]
    pub pgo: String,
    /// Quick compilation for development
    #[arg(long)]
    pub dev: bool,
    /// Print errors as JSON, the go command's build events
    #[arg(long)]
    pub json: bool,
    /// Leave something out of a function, to test the stress modes: root:FUNC:N, barrier:FUNC:N, clear:FUNC:N
    #[arg(long, value_name = "FAULT", hide = true)]
    pub fault: Option<Fault>,
    /// Print how long each phase took
    #[arg(long)]
    pub time_passes: bool,
}

#[derive(Debug, Args)]
pub struct Build {
    #[command(flatten)]
    pub load: Load,
    /// Output file or folder
    #[arg(short = 'o', value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print a stage of the compilation of the named packages instead of building
    #[arg(long, value_enum)]
    pub emit: Option<Emit>,
    /// With --emit: only this function
    #[arg(long, value_name = "FUNC")]
    pub dump: Option<String>,
    pub packages: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub load: Load,
    /// Package or .go files, then the program's arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<OsString>,
}

#[derive(Debug, Args, Clone)]
pub struct Test {
    #[command(flatten)]
    pub load: Load,
    /// Only tests, examples and fuzz targets that match
    #[arg(long, value_name = "REGEXP", allow_hyphen_values = true)]
    pub run: Option<String>,
    /// Not those that match
    #[arg(long, value_name = "REGEXP", allow_hyphen_values = true)]
    pub skip: Option<String>,
    /// Only list what matches
    #[arg(long, value_name = "REGEXP", allow_hyphen_values = true)]
    pub list: Option<String>,
    /// Run matching benchmarks
    #[arg(long, value_name = "REGEXP", allow_hyphen_values = true)]
    pub bench: Option<String>,
    /// Run each benchmark for this time, or Nx: so many times
    #[arg(long, value_name = "TIME")]
    pub benchtime: Option<String>,
    /// Print allocation statistics of benchmarks
    #[arg(long)]
    pub benchmem: bool,
    /// Run everything so many times
    #[arg(long, value_name = "N")]
    pub count: Option<String>,
    /// Values of GOMAXPROCS to run with
    #[arg(long, value_name = "LIST")]
    pub cpu: Option<String>,
    /// Parallel tests at once
    #[arg(long, value_name = "N")]
    pub parallel: Option<String>,
    /// Run tests in random order: off, on or a seed
    #[arg(long, value_name = "SEED")]
    pub shuffle: Option<String>,
    /// Have long tests take less time
    #[arg(long)]
    pub short: bool,
    /// Start no further tests after a failure
    #[arg(long)]
    pub failfast: bool,
    /// Show full file names in messages
    #[arg(long)]
    pub fullpath: bool,
    /// A test program that runs longer panics; 0 means no limit
    #[arg(long, value_name = "DURATION", default_value = "10m")]
    pub timeout: String,
    /// Compile the test program to PACKAGE.test and do not run it
    #[arg(short = 'c')]
    pub compile_only: bool,
    /// Keep the test program under this name, or in this folder
    #[arg(short = 'o', value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Packages; after -args, arguments of the test programs
    pub words: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub load: Load,
    pub packages: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Pgo {
    #[command(flatten)]
    pub load: Load,
    #[arg(value_enum)]
    pub action: PgoAction,
    pub packages: Vec<String>,
}

/// What `ingot pgo` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PgoAction {
    /// Print what was read from the profiles that -pgo names, and what they change in the program
    Show,
}

/// What `--emit` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// The syntax tree
    Ast,
    /// The intermediate representation after its passes
    Mir,
    /// LLVM IR after all passes
    Llvm,
    /// Assembly
    Asm,
    /// The stack maps of the linked program
    Stackmaps,
}

/// Flags the environment's GOFLAGS may set for us; all others there are the go command's.
const ENVIRONMENT_FLAGS: &[&str] =
    &["tags", "mod", "modfile", "trimpath", "buildvcs", "ldflags", "pgo", "p", "v", "x", "a"];

/// Puts the flags of GOFLAGS, as far as they are ours, behind the command's name: the command line's own win.
pub fn with_environment(mut args: Vec<OsString>, goflags: &str) -> Vec<OsString> {
    let takes_flags =
        args.get(1).is_some_and(|command| ["build", "run", "test", "check", "pgo"].iter().any(|name| command == *name));
    if !takes_flags {
        return args;
    }
    let ours = goflags.split_whitespace().filter(|word| {
        let name = word.trim_start_matches('-').split('=').next().unwrap_or("");
        let given = args.iter().any(|a| {
            let text = a.to_string_lossy();
            text.starts_with('-') && text.trim_start_matches('-').split('=').next() == Some(name)
        });
        ENVIRONMENT_FLAGS.contains(&name) && !given
    });
    let ours: Vec<OsString> = ours.map(OsString::from).collect();
    args.splice(2..2, ours);
    args
}

/// The flags of a command by name, and whether each takes a value in the next word.
fn flags(command: &str) -> Vec<(String, bool)> {
    let mut cli = Cli::command();
    // Adds the flags that clap makes itself.
    cli.build();
    let command = cli.find_subcommand(command).unwrap_or(&cli);
    let named = command.get_arguments().filter(|a| !a.is_positional()).flat_map(|arg| {
        let takes_value = arg.get_action().takes_values() && !arg.is_require_equals_set();
        let short = arg.get_short().map(String::from);
        short.into_iter().chain(arg.get_long().map(str::to_owned)).map(move |name| (name, takes_value))
    });
    named.collect()
}

/// Turns the go command's `-flag` spelling into clap's `--flag`. What stands behind the first word that is neither flag
/// nor value is left alone where it belongs to the program that is run.
///
/// # Errors
/// A flag the command does not have.
pub fn normalise(args: impl IntoIterator<Item = OsString>) -> Result<Vec<OsString>, String> {
    let mut args = args.into_iter();
    let mut out: Vec<OsString> = args.by_ref().take(1).collect();
    let mut command = String::new();
    let mut known = flags(&command);
    let mut is_value = false;
    let mut flags_end = false;
    for arg in args {
        let text = arg.to_string_lossy();
        if flags_end || std::mem::take(&mut is_value) {
            out.push(arg);
            continue;
        }
        let Some(rest) = text.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
            if command.is_empty() {
                command = text.into_owned();
                known = flags(&command);
            } else {
                flags_end = command == "run";
            }
            out.push(arg);
            continue;
        };
        flags_end = rest == "-";
        if command == "test" && rest.trim_start_matches('-') == "args" {
            // What follows is the test programs'; clap hands the words on.
            flags_end = true;
            out.extend(["--".into(), arg]);
            continue;
        }
        let rest = if flags_end { rest } else { rest.trim_start_matches('-') };
        let name = rest.split('=').next().unwrap_or(rest);
        match known.iter().find(|(flag, _)| flag == name) {
            Some((_, takes_value)) => is_value = *takes_value && !rest.contains('='),
            None if flags_end => {}
            None => return Err(format!("flag provided but not defined: -{name}")),
        }
        let dashes = if name.len() == 1 && !flags_end { "-" } else { "--" };
        out.push(if flags_end { arg } else { format!("{dashes}{rest}").into() });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Cli, clap::Error> {
        let args = std::iter::once("ingot").chain(args.iter().copied()).map(OsString::from);
        let args = normalise(args).map_err(|text| clap::Error::raw(clap::error::ErrorKind::UnknownArgument, text))?;
        Cli::try_parse_from(args)
    }

    #[test]
    fn single_and_double_dashes_mean_the_same() {
        for spelling in ["-help", "--help"] {
            assert_eq!(parse(&[spelling]).expect_err("help").kind(), clap::error::ErrorKind::DisplayHelp);
        }
        for spelling in [["-tags", "a,b"], ["--tags", "a,b"]] {
            let cli = parse(&["build", spelling[0], spelling[1], "-o", "x", "./p"]).expect("valid");
            let Command::Build(build) = cli.command else { panic!("not build") };
            assert_eq!(build.load.tags.as_deref(), Some("a,b"));
            assert_eq!(build.packages, ["./p"]);
        }
    }

    #[test]
    fn a_program_keeps_its_arguments() {
        let cli = parse(&["run", "-dev", "-tags", "x", "a.go", "-tags", "y", "-o"]).expect("valid");
        let Command::Run(run) = cli.command else { panic!("not run") };
        assert_eq!(run.load.tags.as_deref(), Some("x"));
        assert_eq!(run.words, ["a.go", "-tags", "y", "-o"]);
    }

    #[test]
    fn goflags_come_first_and_lose() {
        let args = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        let merged = with_environment(args(&["ingot", "build", "-tags=x", "."]), "-tags=y -trimpath -modcacherw");
        assert_eq!(merged, args(&["ingot", "build", "-trimpath", "-tags=x", "."]));
        assert_eq!(with_environment(args(&["ingot", "env"]), "-trimpath"), args(&["ingot", "env"]));
    }

    #[test]
    fn unknown_flags_are_errors() {
        for args in [&["version", "-nosuch"][..], &["build", "-nosuch"], &["build", "-race"]] {
            assert!(parse(args).is_err(), "{args:?}");
        }
    }

    #[test]
    fn linker_flags_may_begin_with_a_dash() {
        let cli = parse(&["build", "-ldflags", "-s -w -X main.v=1"]).expect("valid");
        let Command::Build(build) = cli.command else { panic!("not build") };
        assert_eq!(build.load.ldflags.as_deref(), Some("-s -w -X main.v=1"));
        assert!(parse(&["build", "-ldflags=-s"]).is_ok());
    }
}
