//! Instantiation of generic types and functions.
