//! Functions by object and type arguments: the symbol of each, and the bodies of instances.
//!
//! A body is lowered once for each list of canonical type arguments, with an environment that puts them in, so that
//! every type asked through it is concrete. Instances carry no owner: whoever calls one makes it, and the driver keeps
//! one of each. Those of one shape come to share a body later, see [`shapes`](crate::passes::shapes): lowering is cheap,
//! and only then it is known which of them inlining has made different.

use frontend::types::*;

use super::func::Env;
use super::{Lower, Work};
use crate::mir::{Signature, Symbol};

impl<'p> Lower<'p> {
    /// The type arguments by which instances are told apart.
    fn instance_key(&self, targs: &[TypeId]) -> Box<[TypeId]> {
        targs.iter().map(|&t| self.types.canonical(t)).collect()
    }

    /// The symbol of a declared function or method with concrete type arguments (of a method: its receiver type's).
    /// An instance is made if it is the first use.
    pub(super) fn func_symbol(&mut self, func: ObjectId, targs: &[TypeId]) -> Symbol {
        let targs = self.instance_key(targs);
        let name = self.prog.symbol(func, &targs);
        if let Some(index) = self.m.symbols.get_index_of(&name) {
            return Symbol(index as u32);
        }
        let sig = self.func_signature(func, &targs);
        let sym = self.m.declare(&name, Some(sig));
        if !targs.is_empty() {
            self.request(&name, || Work::Instance(func, targs));
        }
        sym
    }

    /// The scalar signature of a function; its receiver is the first parameter.
    pub(super) fn func_signature(&mut self, func: ObjectId, targs: &[TypeId]) -> Signature {
        let object = self.types.object(func);
        let recv = object.func_decl().and_then(|d| Some((*d.recv_named.get()?, d.ptr_recv)));
        let Some((origin, by_pointer)) = recv else {
            let params = self.types.type_params_of(object.ty());
            let sig = self.types.subst(object.ty(), params, targs);
            return self.abi(None, sig).sig;
        };
        let named = match self.types.get(origin) {
            Type::Named(n) if !targs.is_empty() => self.types.named(n.obj, targs.into()),
            _ => origin,
        };
        let sig = self.types.method_signature(named, func);
        let recv = if by_pointer { self.types.pointer(named) } else { named };
        self.abi(Some(recv), sig).sig
    }

    pub(super) fn emit_instance(&mut self, func: ObjectId, targs: &[TypeId]) {
        let Some(source) = self.prog.func(func) else { return };
        let Some(input) = self.prog.package(source.pkg) else { return };
        let symbol = self.prog.symbol(func, targs);
        let object = self.types.object(func);
        // The body speaks of the receiver's own names for the parameters, the signature of those of the type.
        let mut env = Env::default();
        let declared = match object.func_decl().and_then(|d| d.recv_named.get()) {
            Some(&named) => self.types.type_params_of(named),
            None => self.types.type_params_of(object.ty()),
        };
        let own = input.checked.info.signatures.get(&source.decl.id).map_or(&[][..], |s| &s.type_params);
        for params in [own, declared] {
            for (&param, &arg) in params.iter().zip(targs) {
                if !env.params.contains(&param) {
                    env.params.push(param);
                    env.args.push(arg);
                }
            }
        }
        self.lower_decl(source.pkg, source.decl, func, env, &symbol, true);
    }
}
