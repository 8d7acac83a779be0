//! CPU profiles as weights.
//!
//! [`Profile::read`] takes what `runtime/pprof` and `go tool pprof -proto` write: the protocol buffers of pprof, as they
//! are or compressed by gzip, with functions, their start lines, lines and inlined frames. Profiles of several runs are
//! added up by [`Profile::merge`]. [`Weights`] is what an optimiser wants to know of one: how often which function was
//! seen to call which other at which line, counted from the line of its `func` keyword, so that a profile outlives
//! changes elsewhere in the file.
//!
//! The format is pprof's `profile.proto` (github.com/google/pprof/blob/main/proto/README.md).

mod profile;
mod proto;
mod weights;

pub use profile::{Frame, Profile, ProfileError, Sample};
pub use weights::{Edge, FuncWeight, NameId, Weights};
