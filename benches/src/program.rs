//! The programs: ours, one a folder, and two of the distribution's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::column::Tools;
use crate::measure;

/// Something that is built and run.
#[derive(Clone, Debug)]
pub struct Program {
    pub name: String,
    /// The package, as the go command is told it in `dir`.
    pub package: String,
    pub dir: PathBuf,
    pub args: Vec<String>,
    /// A file the program writes, whose contents count as its output.
    pub writes: Option<PathBuf>,
    /// The same in C.
    pub kernel: Option<PathBuf>,
    pub profile: Profile,
}

/// Where a program's profile comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// There is none.
    None,
    /// It has a `default.pgo`.
    Own,
    /// Built with the tag `profile` it writes one.
    Recorded,
}

/// The argument that makes our programs small.
const SMALL: &str = "small";

impl Program {
    /// The same program doing little, for checks.
    pub fn small(mut self) -> Program {
        self.args = vec![SMALL.into()];
        self
    }
}

/// The programs of `benches/programs`, by name.
pub fn ours(benches: &Path) -> Result<Vec<Program>, String> {
    let dir = benches.join("programs");
    let entries = fs::read_dir(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut programs = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { continue };
        if !path.join("main.go").exists() {
            continue;
        }
        let kernel = benches.join("kernels").join(format!("{name}.c"));
        programs.push(Program {
            name: name.into(),
            package: format!("./{name}"),
            dir: dir.clone(),
            args: Vec::new(),
            writes: None,
            kernel: kernel.exists().then_some(kernel),
            profile: Profile::Recorded,
        });
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(programs)
}

/// The names of the distribution's programs.
pub const DISTRIBUTION: [&str; 2] = ["gofmt", "compile"];

fn go_says(tools: &Tools, args: &[&str]) -> Result<String, String> {
    let out = measure::run(tools.builder(&tools.go).args(args), Duration::from_secs(600))?;
    String::from_utf8(out.stdout).map_err(|e| e.to_string())
}

/// gofmt over std: all files are parsed and printed, and those that differ would be listed.
pub fn gofmt(tools: &Tools) -> Result<Program, String> {
    let source = PathBuf::from(go_says(tools, &["env", "GOROOT"])?.trim()).join("src");
    // Folders without files that are wrong on purpose, on which gofmt fails.
    let folders = [
        "net",
        "crypto",
        "encoding",
        "go/types",
        "go/ast",
        "os",
        "reflect",
        "runtime",
        "time",
        "cmd/compile/internal/ssa",
    ];
    Ok(Program {
        name: "gofmt".into(),
        package: "cmd/gofmt".into(),
        args: ["-l".into()].into_iter().chain(folders.map(String::from)).collect(),
        dir: source,
        writes: None,
        kernel: None,
        profile: Profile::None,
    })
}

/// The compiler over a package of the distribution, as `go build` would call it; `work` keeps what it needs and writes.
pub fn compile(tools: &Tools, work: &Path) -> Result<Program, String> {
    const PACKAGE: &str = "net/http";
    let format = "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}";
    let imports = go_says(tools, &["list", "-deps", "-export", "-f", format, PACKAGE])?;
    // A package under its vendored path is imported under the path the source says.
    let maps =
        go_says(tools, &["list", "-f", "{{range $k, $v := .ImportMap}}importmap {{$k}}={{$v}}\n{{end}}", PACKAGE])?;
    let config = work.join("importcfg");
    fs::write(&config, imports + &maps).map_err(|e| format!("{}: {e}", config.display()))?;

    let files = go_says(tools, &["list", "-f", "{{.Dir}}{{range .GoFiles}}\n{{.}}{{end}}", PACKAGE])?;
    let mut lines = files.lines();
    let dir = PathBuf::from(lines.next().ok_or("go list says nothing")?);
    let object = work.join("object.a");
    let path = |path: &Path| path.display().to_string();
    let flags = ["-p", PACKAGE, "-std", "-complete", "-nolocalimports", "-c=1", "-lang=go1.26", "-importcfg"];
    let mut args: Vec<String> = flags.map(String::from).into();
    args.extend([path(&config), "-o".into(), path(&object), "-pack".into()]);
    args.extend(lines.map(String::from));
    Ok(Program {
        name: "compile".into(),
        package: "cmd/compile".into(),
        args,
        dir,
        writes: Some(object),
        kernel: None,
        profile: Profile::Own,
    })
}

/// What a run printed, with what it wrote.
pub fn output(program: &Program, stdout: Vec<u8>) -> Result<Vec<u8>, String> {
    let Some(path) = &program.writes else { return Ok(stdout) };
    let written = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok([stdout, written].concat())
}

/// The command that runs the program once.
pub fn command(tools: &Tools, binary: &Path, program: &Program) -> Command {
    let mut command = tools.runner(binary, program);
    command.args(&program.args);
    command
}
