//! What gc does with a case, asked once and kept.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::conformance::layout::{self, Target};
use crate::conformance::recipe::{Action, Case};
use crate::exec::{self, Ended, Run};
use crate::suite::BUILD_LIMIT;

/// Lines that have messages: base names of files with line numbers.
pub type Complaints = BTreeSet<(String, u32)>;

/// What a compiler did with a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It does not build, with what the compiler says.
    Refused(String),
    Built,
    /// The program ran; for `runoutput` also what the generator wrote.
    Ran {
        generated: Vec<u8>,
        run: Run,
    },
    Complained(Complaints),
}

/// The go or the ingot command with its flags for building.
pub struct Compiler {
    pub command: PathBuf,
    pub flags: Vec<String>,
}

impl Compiler {
    fn command(&self, verb: &str, target: &Target) -> Command {
        let mut command = Command::new(&self.command);
        command.arg(verb).args(if verb == "build" { self.flags.as_slice() } else { &[] });
        command.current_dir(&target.folder).env("PWD", &target.folder);
        command.env("GOTOOLCHAIN", "local").env("GOPROXY", "off").env("GOENV", "off").env("CGO_ENABLED", "0");
        for name in ["GOFLAGS", "GODEBUG", "GOEXPERIMENT", "INGOT_STRESS"] {
            command.env_remove(name);
        }
        command
    }

    /// Builds what the case compiles; what it says where it does not build.
    pub fn build(&self, target: &Target) -> Result<Result<(), String>, String> {
        let mut command = self.command("build", target);
        command.args(&target.packages);
        refusal(exec::run(&mut command, None, BUILD_LIMIT)?)
    }

    /// Builds the program that the case runs.
    pub fn build_program(&self, target: &Target, out: &Path) -> Result<Result<(), String>, String> {
        let mut command = self.command("build", target);
        command.arg("-o").arg(out);
        match &target.main {
            Some(main) => command.arg(main),
            None => command.args(&target.packages),
        };
        let refused = refusal(exec::run(&mut command, None, BUILD_LIMIT)?)?;
        Ok(refused.and_then(|()| if out.is_file() { Ok(()) } else { Err("it wrote no program".into()) }))
    }

    /// The lines that the compiler complains about; `verb` is `build` or `check`.
    pub fn complaints(&self, verb: &str, target: &Target) -> Result<Complaints, String> {
        let mut command = self.command(verb, target);
        // Of one package the go command keeps what it builds, perhaps under the name of a folder here.
        let below = target.folder.join("_out");
        fs::create_dir_all(&below).map_err(|e| format!("{}: {e}", below.display()))?;
        command.current_dir(&below).env("PWD", &below);
        let from_below = |package: &String| match package.strip_prefix('.') {
            Some(rest) => format!("..{rest}"),
            None => package.clone(),
        };
        command.args(target.packages.iter().map(from_below));
        let run = exec::run(&mut command, None, BUILD_LIMIT)?;
        let text = String::from_utf8_lossy(&run.stderr);
        let complaints = parse_complaints(&text);
        match run.ended {
            Ended::Exited(0) => Ok(complaints),
            Ended::Exited(1) if !complaints.is_empty() => Ok(complaints),
            ended => Err(format!("ended with {ended}\n{text}")),
        }
    }
}

/// What a compiler said that did not succeed; what must not happen to a compiler is an error.
fn refusal(run: Run) -> Result<Result<(), String>, String> {
    let text = String::from_utf8_lossy(&run.stderr).into_owned();
    match run.ended {
        Ended::Exited(0) => Ok(Ok(())),
        Ended::Exited(1 | 2) => Ok(Err(text)),
        ended => Err(format!("the compiler ended with {ended}\n{text}")),
    }
}

/// Reads `file:line:` at the beginning of lines.
fn parse_complaints(text: &str) -> Complaints {
    let parse = |line: &str| {
        let (path, rest) = line.split_once(':')?;
        let (number, _) = rest.split_once(':')?;
        let file = Path::new(path).file_name()?.to_string_lossy().into_owned();
        // Lines indented belong to the message above.
        (!path.starts_with(char::is_whitespace)).then_some((file, number.parse().ok()?))
    };
    text.lines().filter_map(parse).collect()
}

/// gc, and where its answers are kept.
pub struct Oracle {
    pub gc: Compiler,
    pub version: String,
    pub cache: PathBuf,
}

impl Oracle {
    /// What gc does with a case; `run` runs a program in the case's folder.
    pub fn ask(&self, case: &Case, root: &Path, run: Runner) -> Result<Answer, String> {
        let kept = self.cache.join(self.key(case, root)?);
        if let Some(answer) = fs::read(&kept).ok().and_then(|bytes| decode(&bytes)) {
            return Ok(answer);
        }
        let mut answers = answers(&self.gc, "build", case, root, &[run])?;
        let answer = answers.pop().ok_or("no answer")??;
        // Written beside its place and moved there whole, so that an answer found is never half written.
        let staging = tempfile::NamedTempFile::new_in(&self.cache).map_err(|e| e.to_string())?;
        fs::write(staging.path(), encode(&answer)).map_err(|e| e.to_string())?;
        staging.persist(&kept).map_err(|e| e.to_string())?;
        Ok(answer)
    }

    /// Stands for the case's sources, its recipe among them, and gc's version.
    fn key(&self, case: &Case, root: &Path) -> Result<String, String> {
        let mut hash = Sha256::new();
        hash.update(&self.version);
        hash.update(case.path.to_string_lossy().as_bytes());
        let mut files = vec![case.path.clone()];
        files.extend(case.recipe.more_files().map(|name| root.join(name)));
        if case.folder().is_dir() {
            files.extend(layout::tree(&case.folder())?);
        }
        for path in files {
            let bytes = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Runs a program of a case.
pub type Runner<'a> = &'a dyn Fn(&Path, &Target) -> Result<Run, String>;

/// What a compiler does with a case; `check` is the verb for complaints. The program is built once and run by each of
/// `runs`; there is an answer for each, or one where nothing is run.
pub fn answers(
    compiler: &Compiler,
    check: &str,
    case: &Case,
    root: &Path,
    runs: &[Runner],
) -> Result<Vec<Result<Answer, String>>, String> {
    let scratch = tempfile::tempdir().map_err(|e| e.to_string())?;
    let target = layout::prepare(case, root, scratch.path())?;
    // Not below the folder of the sources, where the go command would take it for one of them.
    let binaries = tempfile::tempdir().map_err(|e| e.to_string())?;
    let program = binaries.path().join("program");
    let action = case.recipe.action.ok_or_else(|| format!("no such recipe: {}", case.recipe.word))?;
    let run: &dyn Fn(Runner) -> Result<Answer, String> = match action {
        Action::Compile | Action::CompileDir | Action::BuildDir => {
            return Ok(vec![Ok(match compiler.build(&target)? {
                Ok(()) => Answer::Built,
                Err(text) => Answer::Refused(text),
            })]);
        }
        Action::ErrorCheck | Action::ErrorCheckDir => {
            return Ok(vec![compiler.complaints(check, &target).map(Answer::Complained)]);
        }
        Action::Run | Action::RunDir | Action::RunInDir | Action::BuildRunDir => {
            &|run| Ok(Answer::Ran { generated: Vec::new(), run: run(&program, &target)? })
        }
        Action::RunOutput | Action::ErrorCheckOutput => &|run| {
            let generator = run(&program, &target)?;
            if !generator.succeeded() {
                return Ok(Answer::Ran { generated: Vec::new(), run: generator });
            }
            let source = binaries.path().join("generated.go");
            fs::write(&source, &generator.stdout).map_err(|e| e.to_string())?;
            let target = Target::files(&[source], scratch.path());
            if action == Action::ErrorCheckOutput {
                return compiler.complaints(check, &target).map(Answer::Complained);
            }
            let program = binaries.path().join("generated");
            if let Err(text) = compiler.build_program(&target, &program)? {
                return Ok(Answer::Refused(format!("the generated program: {text}")));
            }
            Ok(Answer::Ran { generated: generator.stdout, run: run(&program, &target)? })
        },
    };
    if let Err(text) = compiler.build_program(&target, &program)? {
        return Ok(vec![Ok(Answer::Refused(text)); runs.len()]);
    }
    Ok(runs.iter().map(|&runner| run(runner)).collect())
}

/// The form in which answers are kept: a line that tells the kind and lengths, then the texts.
fn encode(answer: &Answer) -> Vec<u8> {
    match answer {
        Answer::Refused(text) => format!("refused\n{text}").into_bytes(),
        Answer::Built => b"built\n".to_vec(),
        Answer::Complained(complaints) => {
            let lines: String = complaints.iter().map(|(file, line)| format!("{file}:{line}:\n")).collect();
            format!("complained\n{lines}").into_bytes()
        }
        Answer::Ran { generated, run } => {
            let (how, number) = match run.ended {
                Ended::Exited(code) => ("exited", code),
                Ended::Signalled(signal) => ("signalled", signal),
                Ended::TimedOut => ("late", 0),
            };
            let mut bytes = format!("{how} {number} {} {}\n", generated.len(), run.stdout.len()).into_bytes();
            bytes.extend_from_slice(generated);
            bytes.extend_from_slice(&run.stdout);
            bytes.extend_from_slice(&run.stderr);
            bytes
        }
    }
}

fn decode(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let (line, rest) = (std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]);
    let text = || String::from_utf8_lossy(rest).into_owned();
    let mut words = line.split(' ');
    let how = words.next()?;
    let mut number = || words.next()?.parse::<usize>().ok();
    let ended = match how {
        "refused" => return Some(Answer::Refused(text())),
        "built" => return Some(Answer::Built),
        "complained" => return Some(Answer::Complained(parse_complaints(&text()))),
        "exited" => Ended::Exited(number()? as i32),
        "signalled" => Ended::Signalled(number()? as i32),
        _ => return None,
    };
    let (generated, stdout) = (number()?, number()?);
    let (generated, rest) = rest.split_at_checked(generated)?;
    let (stdout, stderr) = rest.split_at_checked(stdout)?;
    Some(Answer::Ran { generated: generated.into(), run: Run { stdout: stdout.into(), stderr: stderr.into(), ended } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_answers() {
        let run = Run { stdout: b"out\n".into(), stderr: b"err".into(), ended: Ended::Exited(2) };
        for answer in [
            Answer::Built,
            Answer::Refused("x.go:1:2: no\n".into()),
            Answer::Complained(BTreeSet::from([("x.go".into(), 3), ("y.go".into(), 1)])),
            Answer::Ran { generated: b"package main\n".into(), run: run.clone() },
        ] {
            assert_eq!(decode(&encode(&answer)), Some(answer));
        }
        // A run that was too slow is asked for again.
        let late = Answer::Ran { generated: Vec::new(), run: Run { ended: Ended::TimedOut, ..run } };
        assert_eq!(decode(&encode(&late)), None);
    }

    #[test]
    fn reads_complaints() {
        let text = "# command-line-arguments\n../a/x.go:19:6: main redeclared\n\t./y.go:12:6: other\n./x.go:3: old\n";
        assert_eq!(parse_complaints(text), BTreeSet::from([("x.go".into(), 19), ("x.go".into(), 3)]));
    }
}
