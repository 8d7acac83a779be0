//! How errors of the user's program are shown: in a pipe as gc prints them, on a terminal with the source they are about,
//! with `-json` as the go command's build events.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use frontend::diagnostic::{Diagnostic, ERROR_LIMIT, Note, Severity, Shown, shown};
use frontend::span::{SourceMap, Span};
use serde::Serialize;

/// A package with errors.
pub struct Failure<'f> {
    pub import_path: String,
    pub dir: &'f Path,
    /// The distribution's folder, which messages call `$GOROOT`.
    pub goroot: &'f Path,
    pub diagnostics: Vec<Diagnostic>,
    /// Lines about the package as a whole.
    pub lines: Vec<String>,
}

impl Failure<'_> {
    fn shown(&self, sources: &SourceMap) -> Shown<'_> {
        shown(&self.diagnostics, sources, Some(ERROR_LIMIT))
    }

    /// Paths as the go command shows them: declarations of the distribution by `$GOROOT`, the package's own and its
    /// neighbours' seen from the current folder where that is shorter.
    fn shorten(&self, text: &str, cwd: &Path) -> String {
        let goroot = format!("{}/", self.goroot.display());
        let text = if self.dir.starts_with(self.goroot) { text.to_owned() } else { text.replace(&goroot, "$GOROOT/") };
        shorten(&text, self.dir, cwd)
    }
}

/// A record of `go build -json`; `Diagnostic` is ours.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Event<'e> {
    import_path: &'e str,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostic: Option<Structured>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Structured {
    severity: &'static str,
    #[serde(flatten)]
    place: Place,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<StructuredNote>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StructuredNote {
    #[serde(flatten)]
    place: Option<Place>,
    message: String,
}

/// Lines and byte columns from 1; the end is the byte behind the last.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Place {
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

/// Prints the errors of all packages; whether there were any.
pub fn print(failures: &[Failure<'_>], sources: &SourceMap, json: bool) -> bool {
    let cwd = std::env::current_dir().unwrap_or_default();
    let excerpts = std::io::stderr().is_terminal();
    for failure in failures {
        if json {
            out!("{}", events(failure, sources, &cwd));
        } else if excerpts {
            err!("{}", excerpted(failure, sources, &cwd, &Renderer::styled()));
        } else {
            err!("{}", plain(failure, sources, &cwd).concat());
        }
    }
    !failures.is_empty()
}

/// The lines the go command prints: the package's path, then its errors.
fn plain(failure: &Failure<'_>, sources: &SourceMap, cwd: &Path) -> Vec<String> {
    let mut lines = vec![format!("# {}\n", failure.import_path)];
    lines.extend(failure.lines.iter().map(|line| format!("{line}\n")));
    let shown = failure.shown(sources);
    let rendered = shown.diagnostics.iter().map(|diagnostic| diagnostic.render(sources));
    let last = shown.gave_up_at.map(|at| format!("{}: too many errors", sources.display(at)));
    lines.extend(rendered.chain(last).map(|text| failure.shorten(&format!("{text}\n"), cwd)));
    lines
}

/// The same with the source lines, the spans in them marked.
fn excerpted(failure: &Failure<'_>, sources: &SourceMap, cwd: &Path, renderer: &Renderer) -> String {
    let mut out = format!("# {}\n", failure.import_path);
    for line in &failure.lines {
        out.push_str(&format!("{line}\n"));
    }
    let shown = failure.shown(sources);
    for diagnostic in shown.diagnostics {
        out.push_str(&excerpt(diagnostic, failure, sources, cwd, renderer));
        out.push('\n');
    }
    if shown.gave_up_at.is_some() {
        out.push_str("too many errors\n");
    }
    out
}

fn excerpt(
    diagnostic: &Diagnostic,
    failure: &Failure<'_>,
    sources: &SourceMap,
    cwd: &Path,
    renderer: &Renderer,
) -> String {
    let file = sources.file(diagnostic.span.file);
    let text = String::from_utf8_lossy(&file.bytes);
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    // What is not UTF-8 has shifted the offsets: the message alone is right then.
    if text.len() != file.bytes.len() {
        return failure.shorten(&diagnostic.render(sources), cwd);
    }
    let path = failure.shorten(&file.name, cwd);
    let mark = |span: Span| {
        let lo = (span.lo as usize).min(text.len());
        let end = text[lo..].find('\n').map_or(text.len(), |n| lo + n);
        let hi = (span.hi as usize).clamp(lo, end.max(lo));
        lo..hi
    };
    let here = |note: &&Note| note.span.is_some_and(|span| span.file == diagnostic.span.file);
    let (local, other): (Vec<&Note>, Vec<&Note>) = diagnostic.notes.iter().partition(here);
    let snippet = Snippet::source(text.as_ref())
        .path(path)
        .annotation(AnnotationKind::Primary.span(mark(diagnostic.span)))
        .annotations(
            local
                .iter()
                .filter_map(|note| Some(AnnotationKind::Context.span(mark(note.span?)).label(note.message.as_str()))),
        );
    let notes = other.iter().map(|note| {
        let place = note.span.map_or_else(String::new, |span| format!("{}: ", sources.display(span.start())));
        Level::NOTE.message(failure.shorten(&format!("{place}{}", note.message), cwd))
    });
    let group = level.primary_title(diagnostic.message.as_str()).element(snippet).elements(notes);
    renderer.render(&[group])
}

fn events(failure: &Failure<'_>, sources: &SourceMap, cwd: &Path) -> String {
    let event = |action, output, diagnostic| {
        let event = Event { import_path: &failure.import_path, action, output, diagnostic };
        serde_json::to_string(&event).map_or_else(|_| String::new(), |line| line + "\n")
    };
    let lines = plain(failure, sources, cwd);
    let structured = failure.shown(sources).diagnostics.into_iter().map(|d| structured(d, sources));
    // The package's own lines come first; "too many errors" last, if it is there.
    let own = 1 + failure.lines.len();
    let mut diagnostics = std::iter::repeat_with(|| None).take(own).chain(structured.map(Some));
    let mut out: String =
        lines.into_iter().map(|line| event("build-output", Some(line), diagnostics.next().flatten())).collect();
    out.push_str(&event("build-fail", None, None));
    out
}

fn structured(diagnostic: &Diagnostic, sources: &SourceMap) -> Structured {
    let note = |note: &Note| StructuredNote {
        place: note.span.map(|span| place(span, sources)),
        message: note.message.clone(),
    };
    Structured {
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        place: place(diagnostic.span, sources),
        message: diagnostic.message.clone(),
        notes: diagnostic.notes.iter().map(note).collect(),
    }
}

fn place(span: Span, sources: &SourceMap) -> Place {
    let (start, end) = (sources.line_col(span.start()), sources.line_col(span.end()));
    Place {
        file: sources.file(span.file).name.clone(),
        line: start.line,
        column: start.col,
        end_line: end.line,
        end_column: end.col,
    }
}

/// Writes the package's folder, and those it is in, relative to the current one where that is shorter, as the go command
/// does.
fn shorten(text: &str, dir: &Path, cwd: &Path) -> String {
    dir.ancestors().fold(text.to_owned(), |text, dir| {
        let Some(relative) = relative(dir, cwd) else { return text };
        let (old, new) = (format!("{}/", dir.display()), format!("{}/", relative.display()));
        let inner = ["\n\t", "\n", " "]
            .iter()
            .fold(text, |text, before| text.replace(&format!("{before}{old}"), &format!("{before}{new}")));
        match inner.strip_prefix(&old) {
            Some(rest) => new + rest,
            None => inner,
        }
    })
}

/// `dir` as seen from `cwd`; `None` if that is not shorter.
fn relative(dir: &Path, cwd: &Path) -> Option<PathBuf> {
    let common = dir.components().zip(cwd.components()).take_while(|(a, b)| a == b).count();
    let ups = cwd.components().count() - common;
    let mut out: PathBuf = std::iter::repeat_n("..", ups).collect();
    dir.components().skip(common).for_each(|c| out.push(c));
    if out.as_os_str().is_empty() {
        out.push(".");
    }
    (out.as_os_str().len() < dir.as_os_str().len()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_from_the_current_folder() {
        let rel = |dir: &str, cwd: &str| relative(Path::new(dir), Path::new(cwd)).map(|p| p.display().to_string());
        assert_eq!(rel("/a/b", "/a/b").as_deref(), Some("."));
        assert_eq!(rel("/a/b/c", "/a/b").as_deref(), Some("c"));
        assert_eq!(rel("/a/b", "/a/b/c").as_deref(), Some(".."));
        assert_eq!(rel("/usr/x", "/home/me/deep"), None);
        assert_eq!(shorten("/a/b/x.go:1:2: no\n", Path::new("/a/b"), Path::new("/a/b")), "./x.go:1:2: no\n");
        let note = "/home/b/x.go:1:2: no\n\t/home/c/y.go:1:1: other declaration of /home/b/z\n";
        let shown = "../b/x.go:1:2: no\n\t../c/y.go:1:1: other declaration of ../b/z\n";
        assert_eq!(shorten(note, Path::new("/home/b"), Path::new("/home/d")), shown);
    }

    #[test]
    fn the_distribution_is_called_goroot() {
        let mut failure = Failure {
            import_path: String::new(),
            dir: Path::new("/a/b"),
            goroot: Path::new("/go"),
            diagnostics: Vec::new(),
            lines: Vec::new(),
        };
        let text = "/a/b/x.go:1:2: no\n\t/go/src/os/file.go:1:1: other declaration of File\n";
        let expected = "./x.go:1:2: no\n\t$GOROOT/src/os/file.go:1:1: other declaration of File\n";
        assert_eq!(failure.shorten(text, Path::new("/a/b")), expected);
        failure.dir = Path::new("/go/src/os");
        assert_eq!(failure.shorten("/go/src/os/x.go:1:2: no\n", Path::new("/go/src/os")), "./x.go:1:2: no\n");
    }

    /// Two errors about one file, the second with a note.
    fn check(show: impl Fn(&Failure<'_>, &SourceMap, &Path) -> String) -> String {
        let mut sources = SourceMap::new();
        let file = sources.add("/a/b/x.go", "package p\n\nvar x int\nvar x = y + 1\n");
        let span = |lo, hi| Span::new(file.id, lo, hi);
        let again = Diagnostic::error(span(25, 26), "x redeclared in this block");
        let diagnostics = vec![
            Diagnostic::error(span(29, 30), "undefined: y"),
            again.note_at(span(15, 16), "other declaration of x"),
        ];
        let failure = Failure {
            import_path: "example.com/b".to_owned(),
            dir: Path::new("/a/b"),
            goroot: Path::new("/go"),
            diagnostics,
            lines: Vec::new(),
        };
        show(&failure, &sources, Path::new("/a/b"))
    }

    #[test]
    fn a_pipe_gets_the_lines_of_gc() {
        let expected = "# example.com/b\n./x.go:4:5: x redeclared in this block\n\t./x.go:3:5: other declaration of x\n\
                        ./x.go:4:9: undefined: y\n";
        assert_eq!(check(|f, sources, cwd| plain(f, sources, cwd).concat()), expected);
    }

    #[test]
    fn a_terminal_gets_the_source() {
        let expected = "\
# example.com/b
error: x redeclared in this block
 --> ./x.go:4:5
  |
3 | var x int
  |     - other declaration of x
4 | var x = y + 1
  |     ^
error: undefined: y
 --> ./x.go:4:9
  |
4 | var x = y + 1
  |         ^
";
        assert_eq!(check(|f, sources, cwd| excerpted(f, sources, cwd, &Renderer::plain())), expected);
    }

    #[test]
    fn json_has_the_events_of_the_go_command() {
        let text = check(events);
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect();
        let actions: Vec<_> = lines.iter().map(|line| line["Action"].as_str().unwrap_or("")).collect();
        assert_eq!(actions, ["build-output", "build-output", "build-output", "build-fail"]);
        assert_eq!(lines[0]["Output"], "# example.com/b\n");
        assert_eq!(lines[1]["Diagnostic"]["Notes"][0]["Line"], 3);
        assert_eq!(lines[2]["Output"], "./x.go:4:9: undefined: y\n");
        assert_eq!(lines[2]["Diagnostic"]["EndColumn"], 10);
    }
}
