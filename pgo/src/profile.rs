//! Reading and adding up profiles.

use std::collections::HashMap;
use std::io::Read;

use indexmap::{IndexMap, IndexSet};
use prost::Message;

use crate::proto;

/// Beyond this a compressed profile is taken for a mistake; real ones have a few megabytes.
const MAX_SIZE: u64 = 1 << 30;

/// Why a profile cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error("empty profile")]
    Empty,
    #[error("decompressing profile: {0}")]
    Gzip(#[source] std::io::Error),
    #[error("profile is larger than {} MB", MAX_SIZE >> 20)]
    TooLarge,
    #[error("not a pprof profile: {0}")]
    Format(#[from] prost::DecodeError),
    #[error("malformed profile: {0}")]
    Malformed(String),
    #[error("profile has neither samples/count nor cpu/nanoseconds: not a CPU profile")]
    NotCpu,
    #[error("profile has no start lines of functions: it was made by a tool that drops them")]
    NoStartLines,
}

/// A function at a line: one frame of a stack, inlined or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Frame {
    /// Index into [`Profile::names`].
    pub function: u32,
    /// Lines from the function's first; negative for code that a `//line` directive places before it.
    pub offset: i32,
}

/// A stack and how often it was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    /// Innermost first.
    pub stack: Vec<Frame>,
    pub weight: u64,
}

/// Stacks with their weights. Equal stacks are one sample.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Profile {
    /// Names of functions, as tracebacks have them.
    pub names: IndexSet<String>,
    samples: IndexMap<Vec<Frame>, u64>,
}

impl Profile {
    /// Reads a profile, compressed or not.
    ///
    /// # Errors
    /// What is no CPU profile of pprof's format, or contradicts itself.
    pub fn read(bytes: &[u8]) -> Result<Profile, ProfileError> {
        if bytes.is_empty() {
            return Err(ProfileError::Empty);
        }
        let message = if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes)
                .take(MAX_SIZE + 1)
                .read_to_end(&mut plain)
                .map_err(ProfileError::Gzip)?;
            if plain.len() as u64 > MAX_SIZE {
                return Err(ProfileError::TooLarge);
            }
            proto::Profile::decode(&plain[..])?
        } else {
            proto::Profile::decode(bytes)?
        };
        from_message(&message)
    }

    /// Adds the samples of another profile.
    pub fn merge(&mut self, other: &Profile) {
        let names: Vec<u32> = other.names.iter().map(|n| self.names.insert_full(n.clone()).0 as u32).collect();
        for (stack, &weight) in &other.samples {
            let stack = stack.iter().map(|f| Frame { function: names[f.function as usize], ..*f }).collect();
            self.add(stack, weight);
        }
    }

    /// Adds a stack, innermost frame first.
    pub fn add(&mut self, stack: Vec<Frame>, weight: u64) {
        let sum = self.samples.entry(stack).or_default();
        *sum = sum.saturating_add(weight);
    }

    /// In the order in which they were first seen.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = Sample> {
        self.samples.iter().map(|(stack, &weight)| Sample { stack: stack.clone(), weight })
    }

    /// The sum of all weights.
    pub fn total(&self) -> u64 {
        self.samples.values().fold(0, |sum, w| sum.saturating_add(*w))
    }
}

fn from_message(message: &proto::Profile) -> Result<Profile, ProfileError> {
    let malformed = |what: String| ProfileError::Malformed(what);
    let string = |i: i64| {
        let bytes = usize::try_from(i).ok().and_then(|i| message.string_table.get(i));
        bytes.map(|b| String::from_utf8_lossy(b)).ok_or_else(|| malformed(format!("no string {i}")))
    };
    let mut value = None;
    for (i, ty) in message.sample_type.iter().enumerate() {
        match (&*string(ty.r#type)?, &*string(ty.unit)?) {
            ("samples", "count") | ("cpu", "nanoseconds") => value = value.or(Some(i)),
            _ => {}
        }
    }
    let value = value.ok_or(ProfileError::NotCpu)?;

    let mut profile = Profile::default();
    // A function's name and first line by its id.
    let mut functions: HashMap<u64, (u32, i64)> = HashMap::new();
    for f in &message.function {
        let name = profile.names.insert_full(string(f.name)?.into_owned()).0 as u32;
        functions.insert(f.id, (name, f.start_line));
    }
    if !message.sample.is_empty() && !functions.is_empty() && functions.values().all(|&(_, start)| start == 0) {
        return Err(ProfileError::NoStartLines);
    }
    let mut locations: HashMap<u64, Vec<Frame>> = HashMap::new();
    for location in &message.location {
        let mut frames = Vec::with_capacity(location.line.len());
        for line in &location.line {
            let &(function, start) = functions
                .get(&line.function_id)
                .ok_or_else(|| malformed(format!("location {} names no function {}", location.id, line.function_id)))?;
            // Assembly and functions of C have no first line: all their calls are one.
            let offset = if start == 0 { 0 } else { line.line.wrapping_sub(start) };
            frames.push(Frame { function, offset: offset.clamp(i32::MIN.into(), i32::MAX.into()) as i32 });
        }
        locations.insert(location.id, frames);
    }
    for (i, sample) in message.sample.iter().enumerate() {
        let weight = *sample.value.get(value).ok_or_else(|| malformed(format!("sample {i} has too few values")))?;
        let weight = u64::try_from(weight).map_err(|_| malformed(format!("sample {i} counts below zero")))?;
        let mut stack = Vec::new();
        for id in &sample.location_id {
            let frames = locations.get(id).ok_or_else(|| malformed(format!("sample {i} names no location {id}")))?;
            stack.extend_from_slice(frames);
        }
        if weight > 0 {
            profile.add(stack, weight);
        }
    }
    Ok(profile)
}
