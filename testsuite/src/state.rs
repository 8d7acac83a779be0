//! What is known already of cases: a file to which each outcome is added as it comes, so that an interrupted run goes
//! on where it stopped.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use crate::suite::Mode;

/// How a case ended in one mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

/// The outcomes of cases by their names and modes.
pub type Outcomes = BTreeMap<(String, Mode), Outcome>;

/// The file of outcomes, open for more.
pub struct State {
    /// Stands for the compiler and the settings: what another one did is not taken for this one's.
    key: String,
    file: Mutex<File>,
}

impl State {
    /// Opens the file and returns what it says of this key, and the latest of every key.
    pub fn open(path: &Path, key: &str) -> Result<(State, Outcomes, Outcomes), String> {
        let at = |e: std::io::Error| format!("{}: {e}", path.display());
        let text = if path.exists() { fs::read_to_string(path).map_err(at)? } else { String::new() };
        let (mut ours, mut latest) = (Outcomes::new(), Outcomes::new());
        for (of, case, mode, outcome) in text.lines().filter_map(parse) {
            if of == key {
                ours.insert((case.to_string(), mode), outcome.clone());
            }
            latest.insert((case.to_string(), mode), outcome);
        }
        let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(at)?;
        if !text.is_empty() && !text.ends_with('\n') {
            // The last run was stopped within a line.
            file.write_all(b"\n").map_err(at)?;
        }
        Ok((State { key: key.into(), file: Mutex::new(file) }, ours, latest))
    }

    /// Adds an outcome.
    pub fn add(&self, case: &str, mode: Mode, outcome: &Outcome) -> Result<(), String> {
        let (word, text) = match outcome {
            Outcome::Passed => ("passed", ""),
            Outcome::Failed(text) => ("failed", text.as_str()),
            Outcome::Skipped(text) => ("skipped", text.as_str()),
        };
        let line = format!("{}\t{case}\t{mode}\t{word}\t{}\n", self.key, text.escape_default());
        let mut file = self.file.lock().map_err(|e| e.to_string())?;
        file.write_all(line.as_bytes()).map_err(|e| e.to_string())
    }
}

fn parse(line: &str) -> Option<(&str, &str, Mode, Outcome)> {
    let mut fields = line.splitn(5, '\t');
    let (key, case, mode, word) = (fields.next()?, fields.next()?, fields.next()?.parse().ok()?, fields.next()?);
    let text = unescape(fields.next()?);
    let outcome = match word {
        "passed" => Outcome::Passed,
        "failed" => Outcome::Failed(text),
        "skipped" => Outcome::Skipped(text),
        _ => return None,
    };
    Some((key, case, mode, outcome))
}

/// Undoes `escape_default`.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('u') => {
                let digits: String = chars.by_ref().skip(1).take_while(|&c| c != '}').collect();
                out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            other => out.extend(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_where_it_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let failed = Outcome::Failed("a\tb\n\"…\u{1b}\\".into());
        let (state, ours, _) = State::open(&path, "k1").unwrap();
        assert!(ours.is_empty());
        state.add("x/y", Mode::Dev, &failed).unwrap();
        state.add("z", Mode::Stress, &Outcome::Passed).unwrap();
        drop(state);
        // A line that was not finished counts for nothing.
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text + "k1\tw\tde").unwrap();
        let (state, ours, _) = State::open(&path, "k1").unwrap();
        assert_eq!(ours.len(), 2);
        assert_eq!(ours[&("x/y".to_string(), Mode::Dev)], failed);
        state.add("w", Mode::Dev, &Outcome::Skipped("why".into())).unwrap();
        let (_, ours, latest) = State::open(&path, "k2").unwrap();
        assert!(ours.is_empty());
        assert_eq!(latest.len(), 3);
    }
}
