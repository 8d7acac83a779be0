//! The list of what is left out, and of what fails yet.

use crate::conformance::recipe::Case;
use crate::suite::Mode;

/// What a line of `conformance.txt` is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Selector {
    /// Cases whose recipe begins with the word.
    Action(String),
    /// Cases with a flag of gc that begins so.
    Flag(String),
    /// Cases whose build constraint is not met.
    Constraint,
    /// Cases that gc does not build today.
    Refused,
    /// Cases whose program does not succeed as built by gc.
    Fails,
    /// One case, whose name may end in `*`.
    Case(String),
    /// One case, not left out but expected to fail, in one mode or in all.
    Known(Option<Mode>, String),
}

/// The lines of `conformance.txt` with their reasons.
pub struct Exceptions {
    lines: Vec<(Selector, String)>,
}

fn names(pattern: &str, case: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => case.starts_with(prefix),
        None => pattern == case,
    }
}

impl Exceptions {
    /// Reads lines of `<selector> <reason>`; blank lines and `#` comments are passed over.
    pub fn parse(text: &str) -> Result<Exceptions, String> {
        let mut lines: Vec<(Selector, String)> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let at = |message: &str| format!("conformance.txt:{}: {message}", number + 1);
            let (selector, reason) = line.split_once(char::is_whitespace).ok_or_else(|| at("no reason given"))?;
            let selector = match selector.split_once(':') {
                None if selector == "constraint" => Selector::Constraint,
                None if selector == "refused" => Selector::Refused,
                None if selector == "fails" => Selector::Fails,
                Some(("action", word)) => Selector::Action(word.into()),
                Some(("flag", prefix)) => Selector::Flag(prefix.into()),
                Some(("case", name)) => Selector::Case(name.into()),
                Some(("known", name)) => Selector::Known(None, name.into()),
                Some((mode, name)) => Selector::Known(Some(mode.parse().map_err(|e: String| at(&e))?), name.into()),
                None => return Err(at("no such selector")),
            };
            if lines.iter().any(|(other, _)| *other == selector) {
                return Err(at("listed twice"));
            }
            lines.push((selector, reason.trim().to_string()));
        }
        Ok(Exceptions { lines })
    }

    fn reason(&self, mut is: impl FnMut(&Selector) -> bool) -> Option<&str> {
        self.lines.iter().find(|(selector, _)| is(selector)).map(|(_, reason)| reason.as_str())
    }

    /// Why a case is not looked at.
    pub fn left_out(&self, case: &Case) -> Option<&str> {
        self.reason(|selector| match selector {
            Selector::Action(word) => case.recipe.word == *word,
            Selector::Flag(prefix) => case.recipe.flags.iter().any(|flag| flag.starts_with(prefix)),
            Selector::Constraint => case.unmet.is_some(),
            Selector::Case(pattern) => names(pattern, &case.name),
            Selector::Refused | Selector::Fails | Selector::Known(..) => false,
        })
    }

    /// Why cases that gc does not build are left out.
    pub fn refused(&self) -> Option<&str> {
        self.reason(|selector| *selector == Selector::Refused)
    }

    /// Why cases that gc builds to programs that fail are left out.
    pub fn fails(&self) -> Option<&str> {
        self.reason(|selector| *selector == Selector::Fails)
    }

    /// Why a case is expected to fail in a mode.
    pub fn known(&self, mode: Mode, case: &str) -> Option<&str> {
        let is_mode = |of: &Option<Mode>| of.is_none_or(|of| of == mode);
        self.reason(|selector| matches!(selector, Selector::Known(of, name) if is_mode(of) && names(name, case)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::recipe::Recipe;

    fn case(name: &str, line: &str) -> Case {
        Case { name: name.into(), path: "x.go".into(), recipe: Recipe::parse(line).unwrap(), unmet: None }
    }

    #[test]
    fn finds_reasons() {
        let list = Exceptions::parse(
            "# why\naction:asmcheck reads assembly\nflag:-m decisions\ncase:abi/* of gc's\nrefused gc does not\n\
             stress:a slow yet\nknown:b wrong\n",
        )
        .unwrap();
        assert_eq!(list.left_out(&case("a", "// asmcheck")), Some("reads assembly"));
        assert_eq!(list.left_out(&case("a", "// errorcheck -m=2")), Some("decisions"));
        assert_eq!(list.left_out(&case("abi/x", "// run")), Some("of gc's"));
        assert_eq!(list.left_out(&case("a", "// run")), None);
        assert_eq!(list.refused(), Some("gc does not"));
        assert_eq!(list.known(Mode::Stress, "a"), Some("slow yet"));
        assert_eq!(list.known(Mode::Dev, "a"), None);
        assert_eq!(list.known(Mode::Dev, "b"), Some("wrong"));
    }

    #[test]
    fn refuses_bad_lines() {
        for text in ["refused", "luck is not a selector", "fast:a x", "dev:a x\ndev:a y"] {
            assert!(Exceptions::parse(text).is_err(), "{text}");
        }
    }
}
