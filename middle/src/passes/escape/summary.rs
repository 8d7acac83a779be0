//! What a function does with its pointer parameters, as callers need it.

use std::collections::BTreeMap;
use std::fmt::Write;

/// More loads than this are not told apart: fewer is the cautious answer.
pub const MAX_DEREFS: u8 = 4;

/// Where one parameter goes. A level says what leaks: 0 the pointer itself, n what n loads through it give.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ParamFlow {
    /// Lowest level that reaches the heap, a global or unknown code.
    pub heap: Option<u8>,
    /// Lowest level that reaches a result, by result; sorted.
    pub results: Vec<(u32, u8)>,
}

/// One entry per scalar parameter, then one for the closure context if the function has one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    pub params: Vec<ParamFlow>,
}

impl Summary {
    /// Nothing leaks: the optimistic start of a fixed point.
    pub fn nothing(params: usize) -> Summary {
        Summary { params: vec![ParamFlow::default(); params] }
    }
}

/// Summaries by linker name; what one package's analysis hands to the next.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Summaries {
    pub functions: BTreeMap<String, Summary>,
}

impl Summaries {
    pub fn get(&self, name: &str) -> Option<&Summary> {
        self.functions.get(name)
    }

    /// One line per function: the name's length, the name, then per parameter `h<level>` and `r<result>.<level>`.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for (name, summary) in &self.functions {
            let _ = write!(out, "{} {name}", name.len());
            for p in &summary.params {
                out.push_str(" p");
                if let Some(level) = p.heap {
                    let _ = write!(out, " h{level}");
                }
                for (result, level) in &p.results {
                    let _ = write!(out, " r{result}.{level}");
                }
            }
            out.push('\n');
        }
        out
    }

    /// The inverse of [`Summaries::to_text`]; `None` for anything else.
    pub fn from_text(text: &str) -> Option<Summaries> {
        let mut all = Summaries::default();
        for line in text.lines() {
            let (len, rest) = line.split_once(' ')?;
            let name = rest.get(..len.parse().ok()?)?;
            let mut summary = Summary::default();
            for word in rest[name.len()..].split_ascii_whitespace() {
                if word == "p" {
                    summary.params.push(ParamFlow::default());
                    continue;
                }
                let param = summary.params.last_mut()?;
                if let Some(level) = word.strip_prefix('h') {
                    param.heap = Some(level.parse().ok()?);
                } else {
                    let (result, level) = word.strip_prefix('r')?.split_once('.')?;
                    param.results.push((result.parse().ok()?, level.parse().ok()?));
                }
            }
            all.functions.insert(name.to_owned(), summary);
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trip() {
        let mut all = Summaries::default();
        let flow = ParamFlow { heap: Some(1), results: vec![(0, 0), (2, 3)] };
        all.functions.insert("main.(*T).f[a b]".into(), Summary { params: vec![ParamFlow::default(), flow] });
        all.functions.insert("x".into(), Summary::default());
        assert_eq!(Summaries::from_text(&all.to_text()), Some(all));
        assert_eq!(Summaries::from_text("3 x\n"), None);
    }
}
