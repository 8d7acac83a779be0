//! The type checker: names are resolved, every expression gets its type, constants their values.

pub mod info;
