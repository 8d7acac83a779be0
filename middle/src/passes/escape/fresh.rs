//! Runtime calls that make an object, for which a slot does as well if it does not escape.
//!
//! Those that make strings and slices take a buffer, nil so far; those that box a value give way to its being stored.

use std::collections::HashMap;

use crate::mir::*;

/// More buffers would make frames large.
pub const MAX_BUFFERS: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// The first parameter is a buffer of the layout, which the result is in where it is short enough.
    Buffer,
    /// The result is a pointer to the arguments.
    Box,
}

/// What a call makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fresh {
    pub sort: Sort,
    /// Of the slot.
    pub layout: LayoutId,
}

/// The functions of the module that make objects so.
pub type FreshCalls = HashMap<Symbol, Fresh>;

/// Name, sort, size and alignment; whether the first word is a pointer.
const FUNCTIONS: &[(&str, Sort, u64, u64, bool)] = &[
    ("concatbytes", Sort::Buffer, 32, 8, false),
    ("concatstring2", Sort::Buffer, 32, 8, false),
    ("concatstrings", Sort::Buffer, 32, 8, false),
    ("intstring", Sort::Buffer, 32, 8, false),
    ("slicebytetostring", Sort::Buffer, 32, 8, false),
    ("slicerunetostring", Sort::Buffer, 32, 8, false),
    ("stringtoslicebyte", Sort::Buffer, 32, 8, false),
    ("stringtoslicerune", Sort::Buffer, 128, 8, false),
    ("convT16", Sort::Box, 2, 2, false),
    ("convT32", Sort::Box, 4, 4, false),
    ("convT64", Sort::Box, 8, 8, false),
    ("convTstring", Sort::Box, 16, 8, true),
    ("convTslice", Sort::Box, 24, 8, true),
];

/// Those that the module mentions.
pub fn find(module: &mut Module) -> FreshCalls {
    let mut found = FreshCalls::new();
    for &(name, sort, size, align, pointer) in FUNCTIONS {
        if let Some(i) = module.symbols.get_index_of(format!("runtime.{name}").as_str()) {
            let ptr_words = if pointer { vec![0] } else { Vec::new() };
            let layout = module.layout(Layout { size, align, ptr_words });
            found.insert(Symbol(i as u32), Fresh { sort, layout });
        }
    }
    found
}
