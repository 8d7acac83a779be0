//! Parsing, and parsing with checking, of what net/http needs; then the same by go/parser and go/types, compiled by gc,
//! in the same run: `cargo bench -p ingot-benches`. What `ingot check` takes follows: on one core and on two, of memory,
//! and with everything in the cache.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use divan::Bencher;
use divan::counter::BytesCount;
use frontend::ast::{File, NodeIds};
use frontend::check::{Input, Origin, check_package};
use frontend::parse::{parse_file, with_parser_stack};
use frontend::span::SourceMap;
use frontend::types::Types;
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 5;

struct Package {
    path: String,
    dir: String,
    files: Vec<(String, Vec<u8>)>,
    import_map: Vec<(String, String)>,
}

static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(|| list("net/http"));

/// A package and what it imports, each after its imports.
fn list(pattern: &str) -> Vec<Package> {
    const FORMAT: &str = "{{.ImportPath}}\t{{.Dir}}\t{{range .GoFiles}}{{.}} {{end}}\t\
                          {{range $k, $v := .ImportMap}}{{$k}}={{$v}} {{end}}";
    let out = Command::new("go")
        .args(["list", "-deps", "-f", FORMAT, pattern])
        .env("CGO_ENABLED", "0")
        .output()
        .expect("the go command runs");
    let text = String::from_utf8(out.stdout).expect("UTF-8");
    let package = |line: &str| {
        let parts: Vec<&str> = line.split('\t').collect();
        let [path, dir, files, map] = parts[..] else { panic!("go list: {line}") };
        let read = |name: &str| (name.to_string(), std::fs::read(Path::new(dir).join(name)).expect("a source file"));
        let pair = |pair: &str| pair.split_once('=').map(|(k, v)| (k.to_string(), v.to_string()));
        Package {
            path: path.to_string(),
            dir: dir.to_string(),
            files: files.split_whitespace().map(read).collect(),
            import_map: map.split_whitespace().filter_map(pair).collect(),
        }
    };
    text.lines().map(package).filter(|p| p.path != "unsafe").collect()
}

fn bytes() -> usize {
    PACKAGES.iter().flat_map(|p| &p.files).map(|(_, text)| text.len()).sum()
}

/// The trees of a package, and the number of their nodes.
fn parse(package: &Package, sources: &mut SourceMap) -> (Vec<File>, usize) {
    let mut ids = NodeIds::new();
    let tree = |(name, text): &(String, Vec<u8>)| {
        let source = sources.add(name.clone(), text.clone());
        parse_file(&source, &mut ids).0
    };
    let files = package.files.iter().map(tree).collect();
    (files, ids.len())
}

fn parse_all() -> usize {
    let mut sources = SourceMap::new();
    PACKAGES.iter().map(|package| parse(package, &mut sources).1).sum()
}

/// The number of errors, of which there should be none.
fn check_all() -> usize {
    let types = Types::new();
    let mut sources = SourceMap::new();
    let mut known = HashMap::new();
    let mut errors = 0;
    for package in PACKAGES.iter() {
        let (files, nodes) = parse(package, &mut sources);
        let mut imports = known.clone();
        for (written, path) in &package.import_map {
            if let Some(&id) = known.get(path) {
                imports.insert(written.clone(), id);
            }
        }
        let input = Input {
            path: &package.path,
            files: &files,
            nodes,
            go_version: (1, 26),
            imports: &imports,
            origin: Origin::Standard,
        };
        let checked = check_package(&types, &sources, &input);
        errors += checked.diagnostics.len();
        known.insert(package.path.clone(), checked.package);
    }
    errors
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn parse_net_http(bencher: Bencher) {
    bencher.counter(BytesCount::new(bytes())).bench(|| with_parser_stack(parse_all));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn parse_and_check_net_http(bencher: Bencher) {
    bencher.counter(BytesCount::new(bytes())).bench(|| with_parser_stack(check_all));
}

/// The median of the processor time a run takes: on a machine that does nothing else, the time.
fn median(run: fn() -> usize) -> Duration {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let timed = || {
        let start = now();
        run();
        now() - start
    };
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| with_parser_stack(timed)).collect();
    times.sort();
    times[ROUNDS / 2]
}

/// What go/parser and go/types take for the same.
fn oracle() -> Option<(Duration, Duration)> {
    let mut child = Command::new("go")
        .args(["run", "."])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/oracle"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = String::new();
    for p in PACKAGES.iter() {
        let names: Vec<&str> = p.files.iter().map(|(name, _)| name.as_str()).collect();
        let map: Vec<String> = p.import_map.iter().map(|(k, v)| format!("{k}={v}")).collect();
        input += &format!("{}\t{}\t{}\t{}\n", p.path, p.dir, names.join(" "), map.join(" "));
    }
    child.stdin.take()?.write_all(input.as_bytes()).ok()?;
    let out = child.wait_with_output().ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    let numbers: Vec<u64> = text.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    let [_, parsing, checking] = numbers[..] else { return None };
    Some((Duration::from_nanos(parsing), Duration::from_nanos(checking)))
}

/// `ingot check` with its own time for parsing and checking, and the most memory it had (bytes).
fn ingot(cache: &str, args: &[&str]) -> Option<(Duration, u64)> {
    let mut child = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/release/ingot"))
        .args(["check", "--time-passes"])
        .args(args)
        .env("INGOT_CACHE", cache)
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().ok()?.is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let kilobytes =
            text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
        peak = kilobytes.map_or(peak, |kilobytes: u64| kilobytes << 10);
        std::thread::sleep(Duration::from_millis(20));
    }
    let text = std::io::read_to_string(child.stderr.take()?).ok()?;
    let time = text.lines().find_map(|line| line.strip_suffix(" ms  parse and check")?.trim().parse::<f64>().ok());
    Some((Duration::from_secs_f64(time? / 1e3), peak))
}

/// What `ingot check` takes. Elapsed time: other work on the machine shows.
fn whole_command() -> Option<()> {
    let cache = std::env::temp_dir().join(format!("ingot-bench-{}", std::process::id()));
    let cache = cache.to_str()?;
    let fastest = |args: &[&str]| (0..ROUNDS).filter_map(|_| Some(ingot(cache, args)?.0)).min();
    let (one, two) = (fastest(&["-a", "-p", "1", "net/http"])?, fastest(&["-a", "-p", "2", "net/http"])?);
    let (again, (all, peak)) = (fastest(&["net/http"])?, ingot(cache, &["-a", "std", "cmd"])?);
    let _ = std::fs::remove_dir_all(cache);
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "ingot check:   net/http on one core {:.0} ms, on two {:.0} ms: {:.2} times as fast (at least 1.5 wanted); unchanged {:.0} ms",
        ms(one),
        ms(two),
        ms(one) / ms(two),
        ms(again)
    );
    println!("               std and cmd {:.1} s, at most {:.2} GB (3 allowed)", all.as_secs_f64(), peak as f64 / 1e9);
    Some(())
}

fn main() {
    divan::main();
    if whole_command().is_none() {
        println!("skipped: there is no target/release/ingot");
    }
    let Some((their_parsing, their_checking)) = oracle() else {
        println!("skipped: the go command does not run the oracle");
        return;
    };
    let (parsing, checking) = (median(parse_all), median(check_all));
    let rate = |time: Duration| bytes() as f64 / 1e6 / time.as_secs_f64();
    let ratio = |ours: Duration, theirs: Duration| ours.as_secs_f64() / theirs.as_secs_f64();
    println!("\nmedians of {ROUNDS}, processor time, one core, net/http's closure ({:.1} MB)", bytes() as f64 / 1e6);
    println!(
        "parse:         ours {:.1} MB/s, go/parser {:.1} MB/s: {:.2} of its speed (at least 0.25 wanted)",
        rate(parsing),
        rate(their_parsing),
        1.0 / ratio(parsing, their_parsing)
    );
    println!(
        "parse + check: ours {:.2} s, go/types {:.2} s: {:.2} of its time (at most 1.5 wanted)",
        checking.as_secs_f64(),
        their_checking.as_secs_f64(),
        ratio(checking, their_checking)
    );
}
