//! Type declarations: declared types, aliases, their type parameters and methods.
