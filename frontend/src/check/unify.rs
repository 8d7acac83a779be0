//! Unification of types.
