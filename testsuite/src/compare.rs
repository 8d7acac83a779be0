//! Decides whether two runs of a program did the same.

use crate::exec::{Ended, Run};

/// What the stress line of a program built by `ingot` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StressCounts {
    pub moves: u64,
    pub collections: u64,
}

const STRESS_PREFIX: &str = "ingot stress: ";

/// Takes the stress line out of a run's standard error.
pub fn strip_stress(stderr: &[u8]) -> (Vec<u8>, Option<StressCounts>) {
    let prefix = STRESS_PREFIX.as_bytes();
    let mut search = 0;
    while let Some(found) = find(&stderr[search..], prefix) {
        let start = search + found;
        let end =
            stderr[start..].iter().position(|&byte| byte == b'\n').map_or(stderr.len(), |length| start + length + 1);
        let line = String::from_utf8_lossy(&stderr[start + prefix.len()..end]);
        if let Some(counts) = parse_counts(line.trim_end()) {
            let mut rest = stderr[..start].to_vec();
            rest.extend_from_slice(&stderr[end..]);
            return (rest, Some(counts));
        }
        search = start + prefix.len();
    }
    (stderr.to_vec(), None)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn parse_counts(text: &str) -> Option<StressCounts> {
    let (moves, collections) = text.split_once(' ')?;
    Some(StressCounts {
        moves: moves.strip_prefix("moves=")?.parse().ok()?,
        collections: collections.strip_prefix("collections=")?.parse().ok()?,
    })
}

/// The part of standard error that two compilers must agree on.
///
/// Addresses become `0x?`. Of a program that dies with exit status 2, the line that tells the signal and the program
/// counter goes, and tracebacks become what of them does not depend on inlining and on goroutine numbers.
pub fn comparable_stderr(stderr: &[u8], exit: i32) -> Vec<u8> {
    let mut out = Vec::with_capacity(stderr.len());
    let mut lines = stderr.split_inclusive(|&byte| byte == b'\n').peekable();
    while let Some(line) = lines.next_if(|line| exit != 2 || !is_goroutine_line(line)) {
        if exit != 2 || !line.starts_with(b"[signal ") {
            mask_addresses(line, &mut out);
        }
    }
    let mut tracebacks: Vec<String> = Vec::new();
    for line in lines {
        let line = String::from_utf8_lossy(line);
        match tracebacks.last_mut() {
            Some(last) if !is_goroutine_line(line.as_bytes()) => last.push_str(&line),
            _ => tracebacks.push(line.into_owned()),
        }
    }
    let mut tracebacks = tracebacks.iter().map(|t| comparable_traceback(t));
    // The first is the goroutine that failed. Of the others the runtime's own have no lines.
    let failed = tracebacks.next().unwrap_or_default();
    let mut others: Vec<String> = tracebacks.filter(|t| t.lines().count() > 1).collect();
    others.sort();
    out.extend(failed.bytes().chain(others.concat().bytes()));
    out
}

/// A goroutine's state, and of each function outside the runtime its name, file and line; assembly is left out, of
/// which `ingot` knows no lines.
fn comparable_traceback(text: &str) -> String {
    let mut lines = text.lines().peekable();
    let head = lines.next().unwrap_or_default();
    let mut out = format!("goroutine {}\n", head.split_once('[').map_or(head, |(_, state)| state));
    while let Some(function) = lines.by_ref().find(|line| !line.is_empty()) {
        let Some(place) = lines.next_if(|line| line.starts_with('\t')) else {
            out += &format!("{function}\n");
            continue;
        };
        let place = place.split(" +0x").next().unwrap_or_default();
        let (created, name) = match function.strip_prefix("created by ") {
            Some(rest) => ("created by ", rest.split(" in goroutine").next().unwrap_or(rest)),
            None => ("", function.rsplit_once('(').map_or(function, |(name, _)| name)),
        };
        let assembly = place.rsplit_once(':').is_some_and(|(file, _)| file.ends_with(".s"));
        if !name.starts_with("runtime.") && !place.contains("/src/runtime/") && !assembly {
            out += &format!("{created}{name}\n{place}\n");
        }
    }
    out
}

/// Whether a line reads `goroutine N [` or, for the scheduler's own, `goroutine N gp=… [`.
fn is_goroutine_line(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"goroutine ") else {
        return false;
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && rest[digits..].starts_with(b" ") && rest[digits..].contains(&b'[')
}

/// Copies `line`, replacing every `0x` number of six digits or more.
fn mask_addresses(line: &[u8], out: &mut Vec<u8>) {
    let mut rest = line;
    while let Some(at) = find(rest, b"0x") {
        let digits = rest[at + 2..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let end = at + 2 + digits;
        if digits >= 6 {
            out.extend_from_slice(&rest[..at]);
            out.extend_from_slice(b"0x?");
        } else {
            out.extend_from_slice(&rest[..end]);
        }
        rest = &rest[end..];
    }
    out.extend_from_slice(rest);
}

/// Says how `actual` differs from `expected`, or nothing when it does not.
pub fn difference(expected: &Run, actual: &Run) -> Option<String> {
    let exit = match (&expected.ended, &actual.ended) {
        (Ended::Exited(want), Ended::Exited(got)) if want == got => *want,
        (want, got) => {
            let mut text = format!("ended with {got}, expected {want}\n");
            let stderr = String::from_utf8_lossy(&actual.stderr);
            for line in last_lines(&stderr, 6) {
                text.push_str(&format!("  | {line}\n"));
            }
            if let Some(at) = diff("stdout", &expected.stdout, &actual.stdout) {
                text.push_str(&at);
            }
            return Some(text);
        }
    };
    let stdout = diff("stdout", &expected.stdout, &actual.stdout);
    let stderr = diff("stderr", &comparable_stderr(&expected.stderr, exit), &comparable_stderr(&actual.stderr, exit));
    match (stdout, stderr) {
        (None, None) => None,
        (a, b) => Some(a.unwrap_or_default() + &b.unwrap_or_default()),
    }
}

fn last_lines(text: &str, count: usize) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].to_vec()
}

/// The lines around the first place where two texts part.
pub fn diff(what: &str, expected: &[u8], actual: &[u8]) -> Option<String> {
    const SHOWN: usize = 4;
    if expected == actual {
        return None;
    }
    let want: Vec<&[u8]> = expected.split_inclusive(|&byte| byte == b'\n').collect();
    let got: Vec<&[u8]> = actual.split_inclusive(|&byte| byte == b'\n').collect();
    let same = want.iter().zip(&got).take_while(|(a, b)| a == b).count();
    let mut text = format!("{what} differs at line {}\n", same + 1);
    if same > 0 {
        text.push_str(&format!("    {}\n", printable(want[same - 1])));
    }
    for line in want[same..].iter().take(SHOWN) {
        text.push_str(&format!("  - {}\n", printable(line)));
    }
    if want.len() == same {
        text.push_str("  - (nothing more)\n");
    }
    for line in got[same..].iter().take(SHOWN) {
        text.push_str(&format!("  + {}\n", printable(line)));
    }
    if got.len() == same {
        text.push_str("  + (nothing more)\n");
    }
    Some(text)
}

/// A line as it can be shown: without its end, cut when long, control bytes escaped.
fn printable(line: &[u8]) -> String {
    let (line, end) = match line.strip_suffix(b"\n") {
        Some(line) => (line, ""),
        None => (line, " (no newline)"),
    };
    let mut text: String = String::from_utf8_lossy(line)
        .chars()
        .flat_map(|c| {
            let escape = c.is_control() && c != '\t';
            let escaped: Vec<char> = if escape { c.escape_default().collect() } else { vec![c] };
            escaped
        })
        .collect();
    if text.chars().count() > 160 {
        text = text.chars().take(160).collect::<String>() + "…";
    }
    text + end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(exit: i32, stdout: &str, stderr: &str) -> Run {
        Run { stdout: stdout.into(), stderr: stderr.into(), ended: Ended::Exited(exit) }
    }

    #[test]
    fn takes_out_the_stress_line() {
        let (rest, counts) = strip_stress(b"a\ningot stress: moves=3 collections=12\nb\n");
        assert_eq!(rest, b"a\nb\n");
        assert_eq!(counts, Some(StressCounts { moves: 3, collections: 12 }));
        let (rest, counts) = strip_stress(b"no newline ingot stress: moves=0 collections=1\n");
        assert_eq!(rest, b"no newline ");
        assert_eq!(counts, Some(StressCounts { moves: 0, collections: 1 }));
        let (rest, counts) = strip_stress(b"ingot stress: moves=x collections=1\n");
        assert_eq!(rest, b"ingot stress: moves=x collections=1\n");
        assert_eq!(counts, None);
        assert_eq!(strip_stress(b"").1, None);
    }

    #[test]
    fn tracebacks_of_dying_programs() {
        let text =
            b"out\npanic: x\n[signal SIGSEGV: code=0x1 addr=0x0 pc=0x47ab12]\n\ngoroutine 1 [running]:\nmain.main()\n";
        assert_eq!(comparable_stderr(text, 2), b"out\npanic: x\n\ngoroutine running]:\nmain.main()\n");
        let text = b"goroutine 7 [x]\n[signal y]\n";
        assert_eq!(comparable_stderr(text, 0), text);
        assert!(is_goroutine_line(b"goroutine 12 gp=0xc000002380 m=0 [running]:\n"));
        assert!(!is_goroutine_line(b"goroutine stack exceeds 1000000000-byte limit\n"));
    }

    #[test]
    fn masks_addresses() {
        let masked = |text: &str| String::from_utf8(comparable_stderr(text.as_bytes(), 0)).unwrap();
        assert_eq!(masked("p 0xc000012345, 0x10 and 0xdeadbeef"), "p 0x?, 0x10 and 0x?");
        assert_eq!(masked("0x"), "0x");
        assert_eq!(masked("no newline"), "no newline");
    }

    #[test]
    fn finds_differences() {
        assert_eq!(difference(&run(0, "a\n", "b\n"), &run(0, "a\n", "b\n")), None);
        assert_eq!(
            difference(
                &run(
                    2,
                    "",
                    "panic: x\n\ngoroutine 1 [running]:\nmain.f(0x1, 0x2)\n\tf.go:3 +0x12\nmain.g(...)\n\tf.go:9\n"
                ),
                &run(2, "", "panic: x\n\ngoroutine 9 [running]:\nmain.f(...)\n\tf.go:3\nmain.g()\n\tf.go:9 +0x3\n")
            ),
            None
        );
        let text = difference(
            &run(2, "", "panic: x\n\ngoroutine 1 [running]:\nmain.f()\n\tf.go:3\n"),
            &run(2, "", "panic: x\n\ngoroutine 1 [running]:\nmain.f()\n\tf.go:4\n"),
        );
        assert!(text.unwrap().contains("+ \tf.go:4"));
        let text = difference(&run(0, "a\nb\nc\n", ""), &run(0, "a\nx\nc\n", "")).unwrap();
        assert_eq!(text, "stdout differs at line 2\n    a\n  - b\n  - c\n  + x\n  + c\n");
        let text = difference(&run(0, "", ""), &run(2, "", "boom\n")).unwrap();
        assert!(text.starts_with("ended with exit status 2, expected exit status 0\n"), "{text}");
        assert!(text.contains("| boom"), "{text}");
        let late = Run { ended: Ended::TimedOut, ..run(0, "", "") };
        assert!(difference(&run(0, "", ""), &late).is_some());
    }

    #[test]
    fn shows_where_texts_part() {
        let text = diff("stdout", b"a\nb", b"a\nb\n").unwrap();
        assert!(text.contains("- b (no newline)"), "{text}");
        let text = diff("stderr", b"a\n", b"a\nmore\n").unwrap();
        assert!(text.contains("- (nothing more)") && text.contains("+ more"), "{text}");
        let text = diff("stderr", b"\x1b\n", &[0xff, b'\n']).unwrap();
        assert!(text.contains("\\u{1b}"), "{text}");
    }
}
