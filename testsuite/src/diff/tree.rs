//! A generated program as a tree: Go text with holes, of which the reducer knows what may stand in them.

use crate::diff::types::Ty;

/// What the reducer may do with a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// Stays unless what holds it goes.
    Fixed,
    /// A statement, a declaration, a label: may be left out.
    Droppable,
    /// An expression of this type: any other of the type may take its place.
    Value(Ty),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Text(String),
    Node(Node),
    /// Statements in braces, each of which may be left out or, when the block's holder goes, may stay.
    Block(Vec<Node>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub role: Role,
    pub parts: Vec<Part>,
}

impl From<Node> for Part {
    fn from(node: Node) -> Part {
        Part::Node(node)
    }
}

impl From<Vec<Node>> for Part {
    fn from(block: Vec<Node>) -> Part {
        Part::Block(block)
    }
}

impl From<String> for Part {
    fn from(text: String) -> Part {
        Part::Text(text)
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Part {
        Part::Text(text.into())
    }
}

impl From<&Ty> for Part {
    fn from(ty: &Ty) -> Part {
        Part::Text(ty.to_string())
    }
}

impl From<usize> for Part {
    fn from(number: usize) -> Part {
        Part::Text(number.to_string())
    }
}

impl Node {
    /// A node of this text, where each `$` stands for the next of `holes`.
    pub fn new(role: Role, template: &str, holes: Vec<Part>) -> Node {
        let mut parts = Vec::new();
        let mut holes = holes.into_iter();
        for (n, text) in template.split('$').enumerate() {
            if n > 0 {
                parts.extend(holes.next());
            }
            if !text.is_empty() {
                parts.push(Part::Text(text.into()));
            }
        }
        debug_assert!(holes.next().is_none(), "{template}");
        Node { role, parts }
    }

    pub fn statement(template: &str, holes: Vec<Part>) -> Node {
        Node::new(Role::Droppable, template, holes)
    }

    pub fn value(ty: &Ty, template: &str, holes: Vec<Part>) -> Node {
        Node::new(Role::Value(ty.clone()), template, holes)
    }

    pub fn render(&self, out: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Node(node) => node.render(out),
                Part::Block(block) => {
                    out.push_str("{\n");
                    for node in block {
                        node.render(out);
                        out.push('\n');
                    }
                    out.push('}');
                }
            }
        }
    }

    pub fn text(&self) -> String {
        let mut out = String::new();
        self.render(&mut out);
        out
    }
}

/// Generates `Node::statement`s and `Node::value`s with their holes given as arguments.
#[macro_export]
macro_rules! stmt {
    ($template:expr $(, $hole:expr)* $(,)?) => {
        $crate::diff::tree::Node::statement($template, vec![$($crate::diff::tree::Part::from($hole)),*])
    };
}

/// See [`stmt!`].
#[macro_export]
macro_rules! value {
    ($ty:expr, $template:expr $(, $hole:expr)* $(,)?) => {
        $crate::diff::tree::Node::value($ty, $template, vec![$($crate::diff::tree::Part::from($hole)),*])
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_holes() {
        let sum = value!(&Ty::Bool, "($ == $)", "a", value!(&Ty::Str, "b"));
        assert_eq!(sum.text(), "(a == b)");
        let node = stmt!("if $ $", sum, vec![stmt!("f()"), stmt!("g()")]);
        assert_eq!(node.text(), "if (a == b) {\nf()\ng()\n}");
    }
}
