//! Reading of profiles made here, whole and broken, and their weights.

use std::io::Write;

use ingot_pgo::{Edge, Frame, Profile, ProfileError, Weights};

/// A protocol buffer, field by field.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(mut self, mut n: u64) -> Message {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
        self
    }

    fn int(self, field: u64, n: i64) -> Message {
        self.varint(field << 3).varint(n as u64)
    }

    fn bytes(self, field: u64, bytes: &[u8]) -> Message {
        let mut m = self.varint(field << 3 | 2).varint(bytes.len() as u64);
        m.0.extend_from_slice(bytes);
        m
    }

    fn packed(self, field: u64, values: &[i64]) -> Message {
        let list = values.iter().fold(Message::default(), |m, &v| m.varint(v as u64));
        self.bytes(field, &list.0)
    }
}

const STRINGS: &[&str] = &["", "samples", "count", "cpu", "nanoseconds", "main.main", "main.hot", "main.leaf", "space"];

/// Functions 1 to 3 are main (line 10), hot (20) and leaf (30); location 1 is hot inlined into main, 2 is main, 3 leaf.
fn profile(value_type: (i64, i64), samples: &[(&[i64], i64)]) -> Vec<u8> {
    let kind = Message::default().int(1, value_type.0).int(2, value_type.1);
    let mut m = Message::default().bytes(1, &kind.0);
    for (stack, value) in samples {
        m = m.bytes(2, &Message::default().packed(1, stack).packed(2, &[*value]).0);
    }
    let line = |function, line| Message::default().int(1, function).int(2, line).0;
    m = m.bytes(4, &Message::default().int(1, 1).bytes(4, &line(2, 22)).bytes(4, &line(1, 13)).0);
    m = m.bytes(4, &Message::default().int(1, 2).bytes(4, &line(1, 14)).0);
    m = m.bytes(4, &Message::default().int(1, 3).bytes(4, &line(3, 31)).0);
    for (id, start) in [(1, 10), (2, 20), (3, 30)] {
        m = m.bytes(5, &Message::default().int(1, id).int(2, id + 4).int(5, start).0);
    }
    STRINGS.iter().fold(m, |m, s| m.bytes(6, s.as_bytes())).0
}

const COUNT: (i64, i64) = (1, 2);

#[test]
fn inlined_frames_are_calls() {
    let bytes = profile(COUNT, &[(&[3, 1], 7), (&[2], 2), (&[3, 1], 1)]);
    let p = Profile::read(&bytes).expect("valid");
    assert_eq!(p.total(), 10);
    assert_eq!(p.samples().len(), 2, "equal stacks are one sample");
    let w = Weights::new(&p);
    let id = |name| w.id(name).expect("in the profile");
    let (main, hot, leaf) = (id("main.main"), id("main.hot"), id("main.leaf"));
    let edges: Vec<(Edge, u64)> = w.edges().collect();
    assert_eq!(
        edges,
        [(Edge { caller: main, offset: 3, callee: hot }, 8), (Edge { caller: hot, offset: 2, callee: leaf }, 8),]
    );
    assert_eq!((w.function(main).own, w.function(main).total), (2, 10));
    assert_eq!((w.function(leaf).own, w.function(hot).own), (8, 0));
    assert_eq!(w.calls_at(main, 3).collect::<Vec<_>>(), [(hot, 8)]);
}

#[test]
fn compressed_and_merged() {
    let plain = profile(COUNT, &[(&[3, 1], 7)]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&plain).expect("to memory");
    let gzip = gzip.finish().expect("to memory");
    let mut sum = Profile::read(&gzip).expect("valid");
    assert_eq!(sum, Profile::read(&plain).expect("valid"));
    let nanoseconds = Profile::read(&profile((3, 4), &[(&[2], 5)])).expect("valid");
    sum.merge(&nanoseconds);
    sum.merge(&Profile::read(&plain).expect("valid"));
    assert_eq!(sum.samples().map(|s| s.weight).collect::<Vec<_>>(), [14, 5]);

    for cut in [12, gzip.len() / 2, gzip.len() - 9] {
        assert!(matches!(Profile::read(&gzip[..cut]), Err(ProfileError::Gzip(_))), "cut at {cut}");
    }
}

#[test]
fn what_is_no_cpu_profile_is_told() {
    assert!(matches!(Profile::read(b""), Err(ProfileError::Empty)));
    assert!(matches!(Profile::read(b"package main\n"), Err(ProfileError::Format(_))));
    assert!(matches!(Profile::read(&profile((8, 2), &[(&[2], 1)])), Err(ProfileError::NotCpu)));
    let malformed = |samples: &[(&[i64], i64)]| match Profile::read(&profile(COUNT, samples)) {
        Err(ProfileError::Malformed(text)) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(malformed(&[(&[9], 1)]), "sample 0 names no location 9");
    assert_eq!(malformed(&[(&[2], 1), (&[2], -1)]), "sample 1 counts below zero");
    // A profile without samples is one, of an idle program.
    assert!(Weights::new(&Profile::read(&profile(COUNT, &[])).expect("valid")).is_empty());
}

/// Whatever the bytes are: an answer, no panic.
#[test]
fn mutants_are_answered() {
    let good = profile(COUNT, &[(&[3, 1], 7), (&[2], 2)]);
    let mut seed = 1u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) as usize % below
    };
    let (mut read, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let mut bytes = good.clone();
        for _ in 0..=next(2) {
            let at = next(bytes.len());
            bytes[at] = next(256) as u8;
        }
        if next(8) == 0 {
            bytes.truncate(1 + next(bytes.len()));
        }
        match Profile::read(&bytes) {
            Ok(p) => {
                Weights::new(&p);
                read += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
}

#[test]
fn the_hot_calls_carry_most_of_the_weight() {
    let mut p = Profile::default();
    let callee = p.names.insert_full("callee".to_owned()).0 as u32;
    for (i, weight) in [900, 80, 15, 5].into_iter().enumerate() {
        let caller = p.names.insert_full(format!("caller{i}")).0 as u32;
        p.add(vec![Frame { function: callee, offset: 0 }, Frame { function: caller, offset: 1 }], weight);
    }
    let w = Weights::new(&p);
    assert_eq!(w.threshold(0.5), Some(900));
    assert_eq!(w.threshold(0.95), Some(80));
    assert_eq!(w.threshold(0.99), Some(15));
    assert_eq!(Weights::default().threshold(0.99), None);
}

/// A function that calls itself is in a stack many times; a sample counts once.
#[test]
fn recursion_counts_once() {
    let mut p = Profile::default();
    let f = p.names.insert_full("f".to_owned()).0 as u32;
    p.add(vec![Frame { function: f, offset: 1 }; 100], 3);
    let w = Weights::new(&p);
    let f = w.id("f").expect("named");
    assert_eq!(w.function(f).total, 3);
    assert_eq!(w.edge(Edge { caller: f, offset: 1, callee: f }), 3);
}
