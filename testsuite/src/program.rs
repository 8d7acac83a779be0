//! The programs of the suite: where they are and what their first lines say of them.

use std::fs;
use std::path::{Path, PathBuf};

/// What a program needs of the compiler and its library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Predeclared functions only; `unsafe` is the one import allowed.
    Println,
    /// Packages of the standard library.
    Std,
}

/// One program of the suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Path below the programs folder without `.go`, such as `core/01_ints`.
    pub name: String,
    /// The single source file, or the folder that holds `go.mod`.
    pub path: PathBuf,
    pub is_module: bool,
    pub header: Header,
}

/// The directives at the top of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub spec: Vec<String>,
    pub exit: i32,
    pub tier: Tier,
}

impl Header {
    /// Reads the `// key: value` lines that open a source file.
    pub fn parse(source: &str) -> Result<Header, String> {
        let mut spec = None;
        let mut exit = 0;
        let mut tier = None;
        for (number, line) in source.lines().enumerate() {
            let Some(comment) = line.strip_prefix("//") else {
                break;
            };
            let Some((key, value)) = comment.split_once(':') else {
                if number == 0 {
                    return Err("the first line is not `// spec: …`".into());
                }
                break;
            };
            let value = value.trim();
            match key.trim() {
                "spec" => {
                    let headings: Vec<String> = value
                        .split(", ")
                        .map(|heading| heading.trim().to_string())
                        .filter(|heading| !heading.is_empty())
                        .collect();
                    if headings.is_empty() {
                        return Err("`// spec:` names no heading".into());
                    }
                    spec = Some(headings);
                }
                "exit" => {
                    exit = value.parse().map_err(|_| format!("`// exit: {value}` is not a number"))?;
                }
                "needs" => {
                    tier = Some(match value {
                        "println" => Tier::Println,
                        "std" => Tier::Std,
                        _ => return Err(format!("`// needs: {value}` is neither println nor std")),
                    });
                }
                _ if number == 0 => return Err("the first line is not `// spec: …`".into()),
                other => return Err(format!("unknown directive `{other}`")),
            }
            if number == 0 && spec.is_none() {
                return Err("the first line is not `// spec: …`".into());
            }
        }
        let spec = spec.ok_or("the first line is not `// spec: …`")?;
        let imports = imports(source);
        let only_predeclared = imports.iter().all(|import| import == "unsafe");
        let tier = tier.unwrap_or(if only_predeclared { Tier::Println } else { Tier::Std });
        if tier == Tier::Println && !only_predeclared {
            return Err(format!("needs println but imports {}", imports.join(", ")));
        }
        Ok(Header { spec, exit, tier })
    }
}

/// The import paths of a gofmt-formatted source file.
fn imports(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_group = false;
    for line in source.lines() {
        let line = line.trim();
        if in_group && line == ")" {
            in_group = false;
        } else if line == "import (" {
            in_group = true;
        } else if (in_group || line.starts_with("import "))
            && let Some(path) = line.split('"').nth(1)
        {
            found.push(path.to_string());
        } else if line.starts_with("func ") || line.starts_with("type ") {
            break;
        }
    }
    found
}

/// Every program below `root`, in order of name.
pub fn discover(root: &Path) -> Result<Vec<Program>, String> {
    let mut found = Vec::new();
    walk(root, root, &mut found)?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The program in a module folder.
pub fn module(name: &str, folder: &Path) -> Result<Program, String> {
    let main = folder.join("main.go");
    Ok(Program { name: name.to_string(), path: folder.to_path_buf(), is_module: true, header: header_of(name, &main)? })
}

fn header_of(name: &str, file: &Path) -> Result<Header, String> {
    let source = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    Header::parse(&source).map_err(|e| format!("{name}: {e}"))
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Program>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        let relative = path.strip_prefix(root).unwrap_or(&path).with_extension("");
        let name = relative.to_string_lossy().into_owned();
        if path.is_dir() {
            if path.join("go.mod").is_file() {
                found.push(module(&name, &path)?);
            } else {
                walk(root, &path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "go") {
            found.push(Program { header: header_of(&name, &path)?, name, path, is_module: false });
        }
    }
    Ok(())
}

impl Program {
    /// The files that make up the program, in a fixed order, with their names below its folder.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>, String> {
        let mut paths = Vec::new();
        if self.is_module {
            collect(&self.path, &mut paths)?;
        } else {
            paths.push(self.path.clone());
        }
        paths.sort();
        let base = if self.is_module { self.path.as_path() } else { self.path.parent().unwrap_or(Path::new("")) };
        paths
            .into_iter()
            .map(|path| {
                let bytes = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                let name = path.strip_prefix(base).unwrap_or(&path).to_string_lossy().into_owned();
                Ok((name, bytes))
            })
            .collect()
    }

    /// What the program gets on standard input: the file of the same name ending in `.in`.
    pub fn stdin(&self) -> Option<PathBuf> {
        let path = self.path.with_extension("in");
        (!self.is_module && path.is_file()).then_some(path)
    }
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
        let path = entry.map_err(|e| e.to_string())?.path();
        if path.is_dir() {
            collect(&path, into)?;
        } else {
            into.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_all_directives() {
        let header = Header::parse(
            "// spec: Making slices, maps and channels, Iota\n// exit: 2\n// needs: std\n\npackage main\n",
        );
        // The heading that itself holds a comma is split here and put together by `spec::resolve`.
        assert_eq!(
            header,
            Ok(Header {
                spec: vec!["Making slices".into(), "maps and channels".into(), "Iota".into()],
                exit: 2,
                tier: Tier::Std,
            })
        );
    }

    #[test]
    fn guesses_the_tier_from_the_imports() {
        let tier = |source: &str| Header::parse(source).map(|header| header.tier);
        assert_eq!(tier("// spec: Iota\npackage main\n"), Ok(Tier::Println));
        assert_eq!(tier("// spec: Iota\npackage main\n\nimport \"unsafe\"\n"), Ok(Tier::Println));
        assert_eq!(tier("// spec: Iota\npackage main\n\nimport (\n\t\"fmt\"\n)\n"), Ok(Tier::Std));
        assert_eq!(tier("// spec: Iota\npackage main\n\nimport f \"fmt\"\n"), Ok(Tier::Std));
    }

    #[test]
    fn refuses_bad_headers() {
        for source in [
            "package main\n",
            "// needs: std\n// spec: Iota\npackage main\n",
            "// spec:\npackage main\n",
            "// spec: Iota\n// exit: two\npackage main\n",
            "// spec: Iota\n// needs: luck\npackage main\n",
            "// spec: Iota\n// skip: yes\npackage main\n",
            "// spec: Iota\n// needs: println\n\npackage main\n\nimport \"os\"\n",
        ] {
            assert!(Header::parse(source).is_err(), "{source}");
        }
    }

    #[test]
    fn finds_files_and_modules() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a/mod/sub")).unwrap();
        fs::write(root.join("a/one.go"), "// spec: Iota\npackage main\n").unwrap();
        fs::write(root.join("a/one.in"), "text").unwrap();
        fs::write(root.join("a/mod/go.mod"), "module m\n").unwrap();
        fs::write(root.join("a/mod/main.go"), "// spec: Blocks\npackage main\n").unwrap();
        fs::write(root.join("a/mod/sub/sub.go"), "package sub\n").unwrap();
        let programs = discover(root).unwrap();
        let names: Vec<_> = programs.iter().map(|p| (p.name.as_str(), p.is_module)).collect();
        assert_eq!(names, [("a/mod", true), ("a/one", false)]);
        let files: Vec<_> = programs[0].files().unwrap().into_iter().map(|f| f.0).collect();
        assert_eq!(files, ["go.mod", "main.go", "sub/sub.go"]);
        assert_eq!(programs[0].stdin(), None);
        assert_eq!(programs[1].stdin(), Some(root.join("a/one.in")));
    }
}
