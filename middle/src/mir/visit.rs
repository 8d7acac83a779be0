//! Operands and successors of instructions and terminators, in field order.

use super::ir::*;

impl Op {
    /// Calls `f` on each operand, in field order.
    pub fn for_each_operand(&self, mut f: impl FnMut(Value)) {
        match self {
            Op::Int(..)
            | Op::Float(..)
            | Op::Null(_)
            | Op::GlobalAddr(..)
            | Op::FuncAddr(_)
            | Op::SlotAddr(_)
            | Op::Context
            | Op::AllocHeap { .. } => {}
            Op::Un(_, a) | Op::Conv(_, _, a) => f(*a),
            Op::NilCheck(a) | Op::DivCheck(a) | Op::ShiftCheck(a) | Op::KeepAlive(a) => f(*a),
            Op::Bin(_, a, b) | Op::Cmp(_, a, b) => {
                f(*a);
                f(*b);
            }
            Op::Select(a, b, c) | Op::Fma(a, b, c) => {
                f(*a);
                f(*b);
                f(*c);
            }
            Op::PtrAdd { base, .. } => f(*base),
            Op::PtrIndex { base, index, .. } => {
                f(*base);
                f(*index);
            }
            Op::Load { ptr, .. } => f(*ptr),
            Op::Store { ptr, val, .. } => {
                f(*ptr);
                f(*val);
            }
            Op::Atomic { ptr, args, .. } => {
                f(*ptr);
                args.iter().copied().for_each(f);
            }
            Op::MemCopy { dst, src, .. } => {
                f(*dst);
                f(*src);
            }
            Op::MemZero { dst, .. } => f(*dst),
            Op::BoundsCheck { index, len, .. } => {
                f(*index);
                f(*len);
            }
            Op::Call { args, .. } => args.iter().copied().for_each(f),
        }
    }

    /// Calls `f` on a reference to each operand, in field order, so that it can be replaced.
    pub fn for_each_operand_mut(&mut self, mut f: impl FnMut(&mut Value)) {
        match self {
            Op::Int(..)
            | Op::Float(..)
            | Op::Null(_)
            | Op::GlobalAddr(..)
            | Op::FuncAddr(_)
            | Op::SlotAddr(_)
            | Op::Context
            | Op::AllocHeap { .. } => {}
            Op::Un(_, a) | Op::Conv(_, _, a) => f(a),
            Op::NilCheck(a) | Op::DivCheck(a) | Op::ShiftCheck(a) | Op::KeepAlive(a) => f(a),
            Op::Bin(_, a, b) | Op::Cmp(_, a, b) => {
                f(a);
                f(b);
            }
            Op::Select(a, b, c) | Op::Fma(a, b, c) => {
                f(a);
                f(b);
                f(c);
            }
            Op::PtrAdd { base, .. } => f(base),
            Op::PtrIndex { base, index, .. } => {
                f(base);
                f(index);
            }
            Op::Load { ptr, .. } => f(ptr),
            Op::Store { ptr, val, .. } => {
                f(ptr);
                f(val);
            }
            Op::Atomic { ptr, args, .. } => {
                f(ptr);
                args.iter_mut().for_each(f);
            }
            Op::MemCopy { dst, src, .. } => {
                f(dst);
                f(src);
            }
            Op::MemZero { dst, .. } => f(dst),
            Op::BoundsCheck { index, len, .. } => {
                f(index);
                f(len);
            }
            Op::Call { args, .. } => args.iter_mut().for_each(f),
        }
    }

    pub fn operands(&self) -> Vec<Value> {
        let mut out = Vec::new();
        self.for_each_operand(|v| out.push(v));
        out
    }

    /// Whether the instruction computes its results from its operands and nothing else, so that it can be dropped
    /// when unused and moved anywhere its operands are defined.
    pub fn is_pure(&self) -> bool {
        match self {
            Op::Int(..)
            | Op::Float(..)
            | Op::Null(_)
            | Op::GlobalAddr(..)
            | Op::FuncAddr(_)
            | Op::SlotAddr(_)
            | Op::Context
            | Op::Bin(..)
            | Op::Un(..)
            | Op::Cmp(..)
            | Op::Conv(..)
            | Op::Select(..)
            | Op::Fma(..)
            | Op::PtrAdd { .. }
            | Op::PtrIndex { .. } => true,
            Op::Load { .. }
            | Op::Store { .. }
            | Op::Atomic { .. }
            | Op::MemCopy { .. }
            | Op::MemZero { .. }
            | Op::AllocHeap { .. }
            | Op::NilCheck(_)
            | Op::BoundsCheck { .. }
            | Op::DivCheck(_)
            | Op::ShiftCheck(_)
            | Op::Call { .. }
            | Op::KeepAlive(_) => false,
        }
    }

    /// Whether the instruction may be dropped when no result is used: pure ones, plain loads (the pointer is
    /// known not to be nil) and allocations.
    pub fn is_removable(&self) -> bool {
        self.is_pure() || matches!(self, Op::Load { volatile: false, .. } | Op::AllocHeap { .. })
    }

    /// The symbols the instruction names.
    pub fn for_each_symbol(&self, mut f: impl FnMut(Symbol)) {
        match self {
            Op::GlobalAddr(s, _) | Op::FuncAddr(s) | Op::AllocHeap { type_desc: s, .. } => f(*s),
            Op::Call { callee: Callee::Direct(s) | Callee::Runtime(s) | Callee::Method { iface: s, .. }, .. } => f(*s),
            _ => {}
        }
    }

    /// The symbols the instruction names, so that they can be renumbered.
    pub fn for_each_symbol_mut(&mut self, mut f: impl FnMut(&mut Symbol)) {
        match self {
            Op::GlobalAddr(s, _) | Op::FuncAddr(s) | Op::AllocHeap { type_desc: s, .. } => f(s),
            Op::Call { callee: Callee::Direct(s) | Callee::Runtime(s) | Callee::Method { iface: s, .. }, .. } => f(s),
            _ => {}
        }
    }
}

impl Terminator {
    pub fn for_each_operand(&self, mut f: impl FnMut(Value)) {
        match self {
            Terminator::Jump(_, args) | Terminator::Return(args) => args.iter().copied().for_each(f),
            Terminator::Branch { cond, then, els } => {
                f(*cond);
                then.1.iter().copied().for_each(&mut f);
                els.1.iter().copied().for_each(f);
            }
            Terminator::Switch { value, .. } => f(*value),
            Terminator::Unreachable => {}
        }
    }

    pub fn for_each_operand_mut(&mut self, mut f: impl FnMut(&mut Value)) {
        match self {
            Terminator::Jump(_, args) | Terminator::Return(args) => args.iter_mut().for_each(f),
            Terminator::Branch { cond, then, els } => {
                f(cond);
                then.1.iter_mut().for_each(&mut f);
                els.1.iter_mut().for_each(f);
            }
            Terminator::Switch { value, .. } => f(value),
            Terminator::Unreachable => {}
        }
    }

    /// Every outgoing edge with its arguments; a block appears once per edge.
    pub fn for_each_target(&self, mut f: impl FnMut(Block, &[Value])) {
        match self {
            Terminator::Jump(b, args) => f(*b, args),
            Terminator::Branch { then, els, .. } => {
                f(then.0, &then.1);
                f(els.0, &els.1);
            }
            Terminator::Switch { cases, default, .. } => {
                for (_, b) in cases {
                    f(*b, &[]);
                }
                f(*default, &[]);
            }
            Terminator::Return(_) | Terminator::Unreachable => {}
        }
    }

    /// Each outgoing edge's block, so that it can be renumbered.
    pub fn for_each_block_mut(&mut self, mut f: impl FnMut(&mut Block)) {
        match self {
            Terminator::Jump(b, _) => f(b),
            Terminator::Branch { then, els, .. } => {
                f(&mut then.0);
                f(&mut els.0);
            }
            Terminator::Switch { cases, default, .. } => {
                for (_, b) in cases {
                    f(b);
                }
                f(default);
            }
            Terminator::Return(_) | Terminator::Unreachable => {}
        }
    }

    /// Every outgoing edge that can have arguments (all but a switch's), so that they can be changed.
    pub fn for_each_args_mut(&mut self, mut f: impl FnMut(Block, &mut Vec<Value>)) {
        match self {
            Terminator::Jump(b, args) => f(*b, args),
            Terminator::Branch { then, els, .. } => {
                f(then.0, &mut then.1);
                f(els.0, &mut els.1);
            }
            Terminator::Switch { .. } | Terminator::Return(_) | Terminator::Unreachable => {}
        }
    }

    pub fn successors(&self) -> Vec<Block> {
        let mut out = Vec::new();
        self.for_each_target(|b, _| out.push(b));
        out
    }
}
