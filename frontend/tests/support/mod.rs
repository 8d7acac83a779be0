//! For tests over the Go distribution: lists packages with `go list`, parses and checks them with what they import.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use ingot_frontend::ast::{File, NodeIds};
use ingot_frontend::check::{Checked, Input, check_package};
use ingot_frontend::diagnostic::Diagnostic;
use ingot_frontend::parse::parse_file;
use ingot_frontend::span::SourceMap;
use ingot_frontend::types::{PackageId, Types};

/// All packages checked so far, over one `Types`.
pub struct Program {
    pub types: Types,
    pub sources: SourceMap,
    pub known: HashMap<String, PackageId>,
}

impl Program {
    /// The packages that match the patterns, and all they import; `None` without a Go distribution.
    pub fn load(patterns: &[&str]) -> Option<Program> {
        let out = Command::new("go")
            .args(["list", "-pgo=off", "-deps", "-f", "{{.ImportPath}}\t{{.Dir}}\t{{range .GoFiles}}{{.}} {{end}}\t{{range $k, $v := .ImportMap}}{{$k}}={{$v}} {{end}}"])
            .args(patterns)
            .env("CGO_ENABLED", "0")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .ok()
            .filter(|out| out.status.success())?;
        let types = Types::new();
        let known = HashMap::from([("unsafe".to_string(), types.unsafe_package)]);
        let mut program = Program { types, sources: SourceMap::new(), known };
        for line in String::from_utf8(out.stdout).ok()?.lines() {
            let parts: Vec<&str> = line.split('\t').collect();
            let [path, dir, files, map] = parts[..] else { continue };
            if path == "unsafe" {
                continue;
            }
            let files: Vec<_> = files.split_whitespace().map(|name| Path::new(dir).join(name)).collect();
            let mut imports = program.known.clone();
            for (written, real) in map.split_whitespace().filter_map(|pair| pair.split_once('=')) {
                if let Some(&id) = program.known.get(real) {
                    imports.insert(written.to_string(), id);
                }
            }
            let names: Vec<(String, String)> =
                files.iter().map(|f| (f.display().to_string(), f.display().to_string())).collect();
            let (checked, _) = program.check(path, &names, (1, 26), &imports);
            let package = checked.expect("the standard library parses").package;
            program.known.insert(path.to_string(), package);
        }
        Some(program)
    }

    /// Parses and checks one package of files (path, name in messages). Without a result there were syntax errors.
    pub fn check(
        &mut self,
        path: &str,
        files: &[(String, String)],
        go_version: (u32, u32),
        imports: &HashMap<String, PackageId>,
    ) -> (Option<Checked>, Vec<Diagnostic>) {
        let mut ids = NodeIds::new();
        let mut diagnostics = Vec::new();
        let parsed: Vec<File> = files
            .iter()
            .map(|(file, name)| {
                let source = self.sources.add(name.clone(), std::fs::read(file).expect("readable source"));
                let (file, errors) = parse_file(&source, &mut ids);
                diagnostics.extend(errors);
                file
            })
            .collect();
        // Other complaints of the parser leave a whole tree.
        if diagnostics.iter().any(|d| d.message.starts_with("syntax error")) {
            return (None, diagnostics);
        }
        let input = Input { path, files: &parsed, nodes: ids.len(), go_version, imports };
        let checked = check_package(&self.types, &self.sources, &input);
        diagnostics.extend(checked.diagnostics.iter().cloned());
        (Some(checked), diagnostics)
    }
}
