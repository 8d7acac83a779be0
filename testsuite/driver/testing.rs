//! `ingot test`: what it runs and how it reports.

use std::process::Output;

use super::{Project, stderr};

const ADD: &str = "package add\n\nfunc Add(x, y int) int { return x + y }\n";
const ADD_TEST: &str = r#"package add

import "testing"

func TestAdd(t *testing.T) {
	t.Log("adding")
	if Add(1, 2) != 3 {
		t.Fatal("wrong")
	}
}

func TestLong(t *testing.T) {
	if testing.Short() {
		t.Skip("not now")
	}
}
"#;
const OUTER_TEST: &str = r#"package add_test

import (
	"fmt"
	"os"
	"testing"

	"example.com/prog/add"
)

func ExampleAdd() {
	fmt.Println(add.Add(2, 3))
	// Output: 5
}

func TestData(t *testing.T) {
	text, err := os.ReadFile("testdata/x.txt")
	if err != nil || string(text) != "hello" {
		t.Fatal(err)
	}
	if len(os.Args) > 1 && os.Args[len(os.Args)-1] == "fail" {
		t.Errorf("asked to")
	}
}
"#;

/// Standard output without times, and the exit code.
fn told(out: &Output) -> (String, Option<i32>) {
    let mut text = String::new();
    for line in String::from_utf8_lossy(&out.stdout).lines() {
        let end = line.rfind('\t').filter(|&at| line[at..].ends_with('s') && line.as_bytes()[at + 1].is_ascii_digit());
        let line = line.split(" (0.").next().unwrap_or(line);
        text.push_str(end.map_or(line, |at| &line[..at]));
        text.push('\n');
    }
    (text, out.status.code())
}

#[test]
fn tests_run_as_under_the_go_command() {
    let project = Project::new(&[
        ("add/add.go", ADD),
        ("add/add_test.go", ADD_TEST),
        ("add/outer_test.go", OUTER_TEST),
        ("add/testdata/x.txt", "hello"),
        ("none/none.go", "package none\n"),
        ("wrong/wrong_test.go", "package wrong\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) { undefined() }\n"),
    ]);
    let out = project.ingot(&["test", "-dev", "./..."]);
    let expected = "ok  \texample.com/prog/add\n?   \texample.com/prog/none\t[no test files]\nFAIL\texample.com/prog/wrong [build failed]\nFAIL\n";
    assert_eq!(told(&out), (expected.to_owned(), Some(1)), "{}", stderr(&out));
    assert!(stderr(&out).contains("# example.com/prog/wrong [example.com/prog/wrong.test]\n"), "{}", stderr(&out));
    assert!(stderr(&out).contains("wrong_test.go:5:28: undefined: undefined\n"), "{}", stderr(&out));

    let out = project.ingot(&["test", "-dev", "-v", "-short", "-run", "Add|Long", "./add"]);
    let expected = "=== RUN   TestAdd\n    add_test.go:6: adding\n--- PASS: TestAdd\n=== RUN   TestLong\n    add_test.go:14: not now\n\
                    --- SKIP: TestLong\n=== RUN   ExampleAdd\n--- PASS: ExampleAdd\nPASS\nok  \texample.com/prog/add\n";
    assert_eq!(told(&out), (expected.to_owned(), Some(0)), "{}", stderr(&out));

    let out = project.ingot(&["test", "-dev", "-run=Data", "./add", "-args", "fail"]);
    let expected = "--- FAIL: TestData\n    outer_test.go:21: asked to\nFAIL\nFAIL\texample.com/prog/add\nFAIL\n";
    assert_eq!(told(&out), (expected.to_owned(), Some(1)), "{}", stderr(&out));

    let out = project.ingot(&["test", "-dev", "-run", "Nothing", "./add"]);
    assert!(String::from_utf8_lossy(&out.stdout).ends_with(" [no tests to run]\n"), "{out:?}");

    let out = project.ingot(&["test", "-dev", "-c", "-o", "kept", "./add"]);
    assert!(out.status.success() && out.stdout.is_empty(), "{}", stderr(&out));
    assert!(project.path("kept").is_file());

    let out = project.ingot(&["test", "-timeout", "soon", "./add"]);
    assert_eq!(out.status.code(), Some(2), "{}", stderr(&out));
    let out = project.ingot(&["test", "./nosuch"]);
    assert_eq!(out.status.code(), Some(1), "{}", stderr(&out));
}
