//! Ingot's own version.

/// As `ingot version` and the build information say.
pub const INGOT: &str = env!("CARGO_PKG_VERSION");
