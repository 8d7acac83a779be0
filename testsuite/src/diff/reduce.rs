//! Makes a failing program smaller while it goes on failing.
//!
//! Candidates need not be right: what gc refuses, or what no longer fails alike, is not taken. In rounds until nothing
//! more goes: runs of statements and declarations are left out, the long runs first; blocks take the place of what
//! holds them; expressions become the zero of their type or a part of the same type.

use crate::diff::generate::Program;
use crate::diff::tree::{Node, Part, Role};
use crate::diff::types::Ty;

/// The smallest program found of which `fails` holds, as it does of `program`.
pub fn reduce(program: &Program, mut fails: impl FnMut(&Program) -> Result<bool, String>) -> Result<Program, String> {
    let mut best = program.clone();
    loop {
        let before = best.clone();
        drop_runs(&mut best, &mut fails)?;
        try_all(&mut best, &mut fails, hoisted)?;
        try_all(&mut best, &mut fails, simplified)?;
        if best == before {
            return Ok(best);
        }
    }
}

/// A walk over a program's nodes in order, each by its number.
fn walk<'a>(nodes: &'a [Node], visit: &mut impl FnMut(&'a Node)) {
    for node in nodes {
        visit(node);
        for part in &node.parts {
            match part {
                Part::Text(_) => {}
                Part::Node(node) => walk(std::slice::from_ref(node), visit),
                Part::Block(block) => walk(block, visit),
            }
        }
    }
}

/// Puts what `change` makes of each node by its number in the node's place; where that is nothing, its parts are
/// looked at.
fn rewrite(nodes: &[Node], at: &mut usize, change: &mut impl FnMut(usize, &Node) -> Option<Vec<Node>>) -> Vec<Node> {
    let mut out = Vec::new();
    for node in nodes {
        let number = *at;
        *at += 1;
        if let Some(instead) = change(number, node) {
            // The numbers of what is gone are used up.
            let mut inside = 0;
            walk(std::slice::from_ref(node), &mut |_| inside += 1);
            *at += inside - 1;
            out.extend(instead);
            continue;
        }
        let parts = node
            .parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => Part::Text(text.clone()),
                Part::Node(inner) => {
                    let mut made = rewrite(std::slice::from_ref(inner), at, change);
                    match made.pop() {
                        Some(node) if made.is_empty() => Part::Node(node),
                        Some(node) => {
                            made.push(node);
                            Part::Block(made)
                        }
                        None => Part::Text(String::new()),
                    }
                }
                Part::Block(block) => Part::Block(rewrite(block, at, change)),
            })
            .collect();
        out.push(Node { role: node.role.clone(), parts });
    }
    out
}

fn with(program: &Program, mut change: impl FnMut(usize, &Node) -> Option<Vec<Node>>) -> Program {
    let declarations = rewrite(&program.declarations, &mut 0, &mut change);
    Program { name: program.name.clone(), declarations }
}

fn droppable(program: &Program) -> Vec<usize> {
    let (mut found, mut at) = (Vec::new(), 0);
    walk(&program.declarations, &mut |node| {
        if node.role == Role::Droppable {
            found.push(at);
        }
        at += 1;
    });
    found
}

fn drop_runs(best: &mut Program, fails: &mut impl FnMut(&Program) -> Result<bool, String>) -> Result<(), String> {
    let mut size = droppable(best).len().div_ceil(2);
    while size > 0 {
        let mut end = droppable(best).len();
        // From the end, since what comes last is used by nothing.
        while end > 0 {
            let found = droppable(best);
            end = end.min(found.len());
            let run = &found[end.saturating_sub(size)..end];
            let candidate = with(best, |number, _| run.contains(&number).then(Vec::new));
            if candidate != *best && fails(&candidate)? {
                *best = candidate;
            }
            end = end.saturating_sub(size);
        }
        size /= 2;
    }
    Ok(())
}

/// Tries what `alternatives` gives for each node.
fn try_all(
    best: &mut Program,
    fails: &mut impl FnMut(&Program) -> Result<bool, String>,
    alternatives: impl Fn(&Node) -> Vec<Vec<Node>>,
) -> Result<(), String> {
    let mut at = 0;
    loop {
        let mut nodes = Vec::new();
        walk(&best.declarations, &mut |node| nodes.push(node));
        let Some(node) = nodes.get(at) else { return Ok(()) };
        for instead in alternatives(node) {
            let candidate = with(best, |number, _| (number == at).then(|| instead.clone()));
            if fails(&candidate)? {
                *best = candidate;
                break;
            }
        }
        at += 1;
    }
}

/// The blocks within a statement, for the statement.
fn hoisted(node: &Node) -> Vec<Vec<Node>> {
    if node.role != Role::Droppable {
        return Vec::new();
    }
    let blocks =
        node.parts.iter().filter_map(|part| if let Part::Block(block) = part { Some(block.clone()) } else { None });
    blocks.filter(|block| !block.is_empty()).collect()
}

/// Smaller expressions of the type of one.
fn simplified(node: &Node) -> Vec<Vec<Node>> {
    let Role::Value(ty) = &node.role else { return Vec::new() };
    let zero = Node::value(ty, &ty.zero(), vec![]);
    if node.text() == zero.text() {
        return Vec::new();
    }
    let mut found = vec![zero];
    let mut parts = Vec::new();
    walk(std::slice::from_ref(node), &mut |inner| {
        if !std::ptr::eq(inner, node) && inner.role == Role::Value(ty.clone()) {
            parts.push(inner.clone());
        }
    });
    parts.sort_by_key(|part| part.text().len());
    found.extend(parts.into_iter().take(6));
    if *ty == Ty::Bool {
        found.push(Node::value(ty, "true", vec![]));
    }
    found.into_iter().map(|node| vec![node]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{stmt, value};

    #[test]
    fn keeps_what_matters() {
        let sum = value!(&Ty::Str, "($ + $)", value!(&Ty::Str, "bad"), value!(&Ty::Str, "x"));
        let inner = vec![stmt!("a()"), stmt!("use($)", sum), stmt!("c()")];
        let body = vec![stmt!("first()"), stmt!("if x $", inner), stmt!("last()")];
        let declarations = vec![stmt!("type t int"), Node::new(Role::Fixed, "func main() $", vec![body.into()])];
        let program = Program { name: "p".into(), declarations };
        let mut tried = 0;
        let fails = |program: &Program| {
            tried += 1;
            Ok(program.text().contains("bad"))
        };
        let small = reduce(&program, fails).unwrap();
        assert_eq!(small.text(), "package main\n\nfunc main() {\nuse(bad)\n}\n\n");
        assert!(tried < 60, "{tried}");
    }

    #[test]
    fn numbers_hold() {
        let program = Program::generate(3);
        let mut nodes = Vec::new();
        walk(&program.declarations, &mut |node| nodes.push(node));
        let mut seen = Vec::new();
        let same = with(&program, |number, node| {
            seen.push(number);
            assert_eq!(nodes[number], node);
            None
        });
        assert_eq!(same, program);
        assert_eq!(seen, (0..nodes.len()).collect::<Vec<_>>());
    }
}
