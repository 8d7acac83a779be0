//! The command line: the go command's spelling (`-tags x`, `-tags=x`, `--tags x`) over clap.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use llvm_backend::Fault;

use crate::goenv;
use crate::vcs::When;

/// Ingot compiles Go programs ahead of time with LLVM.
#[derive(Debug, Parser)]
#[command(name = "ingot", disable_version_flag = true, args_override_self = true)]
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
    #[arg(short = 'p', value_name = "N", allow_negative_numbers = true)]
    pub jobs: Option<i64>,
    /// Remove file system paths from the binary
    #[arg(long)]
    pub trimpath: bool,
    /// Stamp version control information: true, false or auto
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub buildvcs: Option<When>,
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
    /// Only this function of the stage; without --emit, of mir
    #[arg(long, value_name = "FUNC")]
    pub dump: Option<String>,
    pub packages: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub load: Load,
    /// Package or .go files, then the program's arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
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

/// Flags of the go command that make another program than Ingot would.
const UNSUPPORTED_FLAGS: &[&str] = &["asan", "compiler", "cover", "linkshared", "msan", "overlay", "race"];

/// Puts the flags of GOFLAGS, as far as they are ours, behind the command's name: the command line's own win.
///
/// # Errors
/// A flag there that asks for what Ingot cannot do, or an unfinished quotation.
pub fn with_environment(mut args: Vec<OsString>, goflags: &str) -> Result<Vec<OsString>, String> {
    let is_compiling = |arg: &OsString| ["build", "run", "test", "check", "pgo"].iter().any(|name| arg == *name);
    let Some(at) =
        args.iter().position(is_compiling).filter(|&at| at == 1 || args[1].to_string_lossy().starts_with("-"))
    else {
        return Ok(args);
    };
    let mut ours = Vec::new();
    for word in goenv::split(goflags).map_err(|e| format!("parsing $GOFLAGS: {e}"))? {
        let (name, value) = split_flag(&word);
        if UNSUPPORTED_FLAGS.contains(&name) && value.is_none_or(|v| parse_bool(v) != Some(false) && v != "gc") {
            return Err(format!("parsing $GOFLAGS: -{name} is not supported"));
        }
        if ENVIRONMENT_FLAGS.contains(&name) {
            ours.push(OsString::from(word));
        }
    }
    args.splice(at + 1..at + 1, ours);
    Ok(args)
}

/// A flag's name and the value behind its equals sign.
fn split_flag(word: &str) -> (&str, Option<&str>) {
    let flag = word.strip_prefix("--").or_else(|| word.strip_prefix('-')).unwrap_or(word);
    flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)))
}

/// A truth value in the spellings of Go's strconv.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// What a flag wants behind its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing, or `=` and a truth value.
    Switch,
    /// Nothing, or `=` and a value.
    Optional,
    /// A value.
    Value,
}

/// The flags of a command by name.
fn flags(command: &clap::Command) -> Vec<(String, Kind)> {
    let named = command.get_arguments().filter(|a| !a.is_positional()).flat_map(|arg| {
        let kind = match () {
            () if !arg.get_action().takes_values() => Kind::Switch,
            () if arg.is_require_equals_set() => Kind::Optional,
            () => Kind::Value,
        };
        let short = arg.get_short().map(String::from);
        short.into_iter().chain(arg.get_long().map(str::to_owned)).map(move |name| (name, kind))
    });
    named.collect()
}

/// Turns the go command's `-flag` spelling into clap's `--flag=value`. What stands behind the first word that is neither
/// flag nor value is left alone where it belongs to the program that is run. Of a flag given twice the last counts, and
/// an empty value is none.
///
/// # Errors
/// A command that is not known, a flag the command does not have, a value that is missing or no truth value.
pub fn normalise(args: Vec<OsString>) -> Result<Vec<OsString>, String> {
    let mut cli = Cli::command();
    // Adds the flags that clap makes itself.
    cli.build();
    let mut command = &cli;
    let mut known = flags(command);
    let mut args = args.into_iter();
    let mut out: Vec<OsString> = args.by_ref().take(1).collect();
    // The go command lets -C stand before the command's name too.
    let mut folder = None;
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        let is_flag = text.starts_with('-') && text != "-";
        if !is_flag && std::ptr::eq(command, &raw const cli) {
            command = cli.find_subcommand(&*text).ok_or_else(|| format!("ingot {text}: unknown command"))?;
            known = flags(command);
            out.push(arg);
            out.extend(folder.take());
            continue;
        }
        if !is_flag {
            out.push(arg);
            if command.get_name() == "run" {
                break;
            }
            continue;
        }
        if text == "--" {
            out.push(arg);
            break;
        }
        let (name, value) = split_flag(&text);
        if command.get_name() == "test" && name == "args" {
            // What follows is the test programs'; clap hands the words on.
            out.extend(["--".into(), arg]);
            break;
        }
        let before_command = std::ptr::eq(command, &raw const cli) && name == "C";
        let kind = match known.iter().find(|(flag, _)| flag == name) {
            Some((_, kind)) => *kind,
            None if before_command => Kind::Value,
            None => return Err(format!("flag provided but not defined: -{name}")),
        };
        let dashed = if name.len() == 1 { format!("-{name}") } else { format!("--{name}") };
        let with = |value: &OsStr| {
            let mut flag = OsString::from(&dashed);
            flag.push("=");
            flag.push(value);
            flag
        };
        match (kind, value) {
            (Kind::Value, _) => {
                let next = if value.is_none() { args.next() } else { None };
                let value = value.map(OsString::from).or(next);
                let value = value.ok_or_else(|| format!("flag needs an argument: -{name}"))?;
                if before_command {
                    folder = Some(with(&value));
                } else if value.is_empty() {
                    let prefix = with(OsStr::new(""));
                    out.retain(|a| !a.as_encoded_bytes().starts_with(prefix.as_encoded_bytes()));
                } else {
                    out.push(with(&value));
                }
            }
            (Kind::Optional, Some(value)) => out.push(with(OsStr::new(value))),
            (Kind::Switch, Some(value)) => match parse_bool(value) {
                Some(true) => out.push(dashed.into()),
                Some(false) => out.retain(|a| *a != *dashed),
                None => return Err(format!("invalid boolean value {value:?} for -{name}: parse error")),
            },
            (Kind::Switch | Kind::Optional, None) => out.push(dashed.into()),
        }
    }
    out.extend(args);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Cli, clap::Error> {
        let args = std::iter::once("ingot").chain(args.iter().copied()).map(OsString::from);
        let args = normalise(args.collect())
            .map_err(|text| clap::Error::raw(clap::error::ErrorKind::UnknownArgument, text))?;
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
        let with = |words: &[&str], flags: &str| with_environment(args(words), flags);
        let merged = with(&["ingot", "build", "-tags=x", "."], "-tags=y '-ldflags=-s -w' -modcacherw -race=false");
        assert_eq!(merged, Ok(args(&["ingot", "build", "-tags=y", "-ldflags=-s -w", "-tags=x", "."])));
        let merged = with(&["ingot", "-C", "x", "build"], "-v");
        assert_eq!(merged, Ok(args(&["ingot", "-C", "x", "build", "-v"])));
        assert_eq!(with(&["ingot", "env"], "-trimpath"), Ok(args(&["ingot", "env"])));
        for wrong in ["-race", "-cover=true", "-overlay=x", "'-tags"] {
            assert!(with(&["ingot", "build"], wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn flags_are_read_as_by_gos_package() {
        let build = |args: &[&str]| match parse(args).map(|cli| cli.command) {
            Ok(Command::Build(build)) => build,
            other => panic!("{args:?}: {other:?}"),
        };
        let b = build(&["build", "-v", "-x=true", "-v=false", "-o", "a", "-o=b", "-tags=x", "-tags=", "-p", "-1"]);
        assert!(!b.load.verbose && b.load.print_commands);
        assert_eq!((b.output, b.load.tags, b.load.jobs), (Some("b".into()), None, Some(-1)));
        let b = build(&["-C", "d", "build", "-buildvcs", "-trimpath=1", "-o", "-x"]);
        assert_eq!((b.load.dir, b.load.buildvcs), (Some("d".into()), Some(When::Always)));
        assert_eq!((b.load.trimpath, b.output), (true, Some("-x".into())));
        for (args, text) in [
            (&["build", "-v=x"][..], "invalid boolean value \"x\" for -v: parse error"),
            (&["build", "-o"], "flag needs an argument: -o"),
            (&["build", "-p=x"], "invalid value 'x'"),
            (&["build", "-buildvcs=x"], "neither 'auto' nor a valid bool"),
            (&["build", "---v"], "flag provided but not defined: --v"),
            (&["nosuch"], "ingot nosuch: unknown command"),
        ] {
            let error = parse(args).expect_err("wrong").to_string();
            assert!(error.contains(text), "{args:?}: {error}");
        }
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
