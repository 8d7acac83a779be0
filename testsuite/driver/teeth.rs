//! The stress modes have teeth: a program built with one stack-map entry, one write barrier or one cleared word less
//! does not get through them.

use std::fs;
use std::process::Command;

use crate::{Project, stderr};

const PROGRAM: &str = r#"package main

type node struct {
	next *node
	val  int
}

//go:noinline
func grow(n, first int) *node {
	var list *node
	for i := range n {
		list = &node{list, first + i}
	}
	return list
}

//go:noinline
func sum(list *node) int {
	s := 0
	for ; list != nil; list = list.next {
		s += list.val
	}
	return s
}

// The first list is this frame's alone while the other grows, perhaps in its place.
//
//go:noinline
func roots(n int) int {
	a := grow(n, 1)
	b := sum(grow(n, 100))
	return b*2 + sum(a)
}

type box struct{ list *node }

// Both lists are in one box only at any time.
//
//go:noinline
func exchange(a, b *box) {
	a.list, b.list = b.list, a.list
}

func barriers(n int) int {
	boxes := make([]*box, n)
	for i := range boxes {
		boxes[i] = &box{grow(3, i)}
	}
	x := uint32(1)
	for range 40 * n {
		x = x*1664525 + 1013904223
		exchange(boxes[x>>8%uint32(n)], boxes[x>>20%uint32(n)])
	}
	s := 0
	for _, b := range boxes {
		s += sum(b.list)
	}
	return s
}

type pair struct{ a, b *node }

//go:noinline
func fill(p *pair, n int) {
	p.a, p.b = grow(n, 1), grow(n, 100)
}

// The pair is cleared when it is declared, too. Before, in the loop's first round, it must hold nothing of what was here
// earlier: it counts as live from the loop's begin on.
//
//go:noinline
func clears(n int) int {
	s := 0
	for range 1 + n%3 {
		s += sum(grow(n, 1))
		var p pair
		fill(&p, n)
		s += sum(p.a) + sum(p.b)
	}
	return s
}

// The frames below reach where no frame has been since the stack moved here.
//
//go:noinline
func deeper(depth, n int) int {
	if depth == 0 {
		return clears(n)
	}
	return deeper(depth-1, n) + 1
}

func main() {
	s := 0
	for i := range 20 {
		s += roots(i) + deeper(10, i)
	}
	println(s, barriers(50))
}
"#;

/// The switches to try in turn; seeds are fixed.
const SWITCHES: [&str; 4] = [
    "move,gc,poison,verify,seed=1",
    "gc,poison,verify,slice,seed=1",
    "gc,poison,verify,slice,seed=5",
    "move,gc,poison,verify,slice,seed=9",
];

struct Built<'a> {
    project: &'a Project,
    name: String,
}

impl Built<'_> {
    /// Whether the program does under these switches what it does without.
    fn passes(&self, switches: &str) -> bool {
        let run = |switches: Option<&str>| {
            let mut cmd = Command::new(self.project.path(&self.name));
            cmd.envs(switches.map(|s| ("INGOT_STRESS", s)));
            cmd.output().unwrap()
        };
        let (plain, stressed) = (run(None), run(Some(switches)));
        stressed.status.success() && stderr(&stressed).lines().next() == stderr(&plain).lines().next()
    }
}

fn build<'a>(project: &'a Project, mode: &[&str], name: &str, fault: Option<&str>) -> Built<'a> {
    let fault = fault.map(|f| format!("-fault={f}"));
    let args = ["build", "-o", name].into_iter().chain(mode.iter().copied()).chain(fault.as_deref());
    let out = project.ingot(&args.collect::<Vec<_>>());
    assert!(out.status.success(), "{}", stderr(&out));
    Built { project, name: name.to_owned() }
}

#[test]
fn the_stress_modes_notice_what_is_left_out() {
    let project = Project::new(&[("main.go", PROGRAM)]);
    for mode in [&[][..], &["-dev"]] {
        let sound = build(&project, mode, "sound", None);
        for switches in SWITCHES {
            assert!(sound.passes(switches), "{mode:?} {switches}");
        }
        for fault in [
            "root:main.roots:0",
            "root:main.roots:1",
            "barrier:main.exchange:0",
            "barrier:main.exchange:1",
            "clear:main.clears:0",
            "clear:main.clears:1",
        ] {
            let faulty = build(&project, mode, "faulty", Some(fault));
            let same = fs::read(project.path("sound")).unwrap() == fs::read(project.path("faulty")).unwrap();
            assert!(!same, "{mode:?} {fault}: nothing was left out");
            assert!(SWITCHES.iter().any(|s| !faulty.passes(s)), "{mode:?} {fault} goes unnoticed");
        }
    }
}

/// What the back end's own check of stack maps says of a program with much of std: nothing.
#[test]
fn stack_maps_hold_what_mir_needs() {
    let source = "package main\n\nimport (\n\t\"encoding/json\"\n\t\"os\"\n)\n\n\
        func main() { json.NewEncoder(os.Stdout).Encode(map[string][]int{\"a\": {1, 2}}) }\n";
    let p = Project::new(&[("main.go", source)]);
    let out = p.command("", &["build", "-dev", "-o", "out"]).env("INGOT_CHECK_MAPS", "1").output().unwrap();
    assert!(out.status.success(), "{}", stderr(&out));
    let ran = Command::new(p.path("out")).env("INGOT_STRESS", "move,gc,poison,verify,seed=1").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "{\"a\":[1,2]}\n", "{}", stderr(&ran));
}
