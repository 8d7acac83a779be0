//! How Go signatures become scalar signatures.
//!
//! A parameter of a scalar type travels as its leaves, one of a memory type as a pointer to a copy of the caller's
//! that nobody changes during the call. Results of scalar types are returned as their leaves; for each result of a
//! memory type the caller passes, before all other parameters, a pointer to a stack object of its own that takes the
//! result just before the return. The receiver of a method is its first Go parameter.
//!
//! ```text
//! func (r R) f(a int, b [9]int) (s string, c [9]int)
//!     => (ptr c, leaves of r, i64 a, ptr b) -> (ptr, i64)
//! ```

use frontend::types::*;

use super::Lower;
use super::func::{FnCx, Val};
use crate::mir::{self, Ty, Value};

/// A Go signature and its scalars.
#[derive(Clone, Debug)]
pub(super) struct Abi {
    pub sig: mir::Signature,
    /// The receiver first, if there is one.
    pub params: Vec<TypeId>,
    pub results: Vec<TypeId>,
}

impl Lower<'_> {
    /// The scalar form of a signature type (concrete), with the receiver put first.
    pub(super) fn abi(&mut self, recv: Option<TypeId>, sig: TypeId) -> Abi {
        let (params, results) = match self.types.under(sig) {
            Type::Signature(sig) => (sig.params.to_vec(), sig.results.to_vec()),
            _ => (Vec::new(), Vec::new()),
        };
        self.abi_of(recv.into_iter().chain(params).collect(), results)
    }

    /// The scalar form of these parameters and results.
    pub(super) fn abi_of(&mut self, params: Vec<TypeId>, results: Vec<TypeId>) -> Abi {
        let mut words = mir::Signature::default();
        for &ty in &results {
            match &self.layouts.info(ty).leaves {
                Some(leaves) => words.results.extend(leaves.iter().map(|l| l.ty)),
                None => words.params.push(Ty::Ptr),
            }
        }
        for &ty in &params {
            match &self.layouts.info(ty).leaves {
                Some(leaves) => words.params.extend(leaves.iter().map(|l| l.ty)),
                None => words.params.push(Ty::Ptr),
            }
        }
        Abi { sig: words, params, results }
    }
}

/// The argument words of a call in preparation, and where its memory results will be.
pub(super) struct CallArgs {
    pub words: Vec<Value>,
    outs: Vec<Option<Value>>,
}

impl FnCx<'_, '_> {
    /// Argument words: room for memory results, then the values, one for each of `abi.params`.
    pub fn call_args(&mut self, abi: &Abi, vals: &[Val]) -> CallArgs {
        let mut words = Vec::new();
        let mut outs = Vec::new();
        for &ty in &abi.results {
            outs.push(self.is_memory(ty).then(|| {
                let ptr = self.owned_temp(ty, "result");
                words.push(ptr);
                ptr
            }));
        }
        for val in vals {
            words.extend_from_slice(val.words());
        }
        CallArgs { words, outs }
    }

    /// The Go results from the result words.
    pub fn call_results(&mut self, abi: &Abi, args: &CallArgs, words: &[Value]) -> Vec<Val> {
        let mut next = 0;
        abi.results
            .iter()
            .zip(&args.outs)
            .map(|(&ty, out)| match out {
                Some(ptr) => Val::Mem(*ptr),
                None => {
                    let n = self.leaf_types(ty).len();
                    next += n;
                    Val::Scalars(words[next - n..next].to_vec())
                }
            })
            .collect()
    }

    /// Calls a symbol.
    pub fn call_symbol(&mut self, sym: mir::Symbol, abi: &Abi, vals: &[Val]) -> Vec<Val> {
        let args = self.call_args(abi, vals);
        let words = self.b.call(sym, &abi.sig, args.words.clone());
        self.call_results(abi, &args, &words)
    }

    /// Calls a function value; nil panics.
    pub fn call_value(&mut self, closure: Value, abi: &Abi, vals: &[Val]) -> Vec<Val> {
        let args = self.call_args(abi, vals);
        self.b.nil_check(closure);
        let words = self.b.call_closure(closure, &abi.sig, args.words.clone());
        self.call_results(abi, &args, &words)
    }

    /// Calls method `index` of the interface type `iface` by its code address.
    pub fn call_method(&mut self, (iface, index): (TypeId, u32), code: Value, abi: &Abi, vals: &[Val]) -> Vec<Val> {
        let args = self.call_args(abi, vals);
        let iface = self.lo.type_desc(iface);
        let words = self.b.call_method((iface, index), code, &abi.sig, args.words.clone());
        self.call_results(abi, &args, &words)
    }
}
