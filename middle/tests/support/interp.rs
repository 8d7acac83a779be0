//! An interpreter of MIR: runs a lowered program without LLVM and without the Rust half of the runtime.
//!
//! Memory is the process's own: globals and heap objects are never freed, pointers are real addresses. Functions have
//! addresses that hold nothing. A goroutine is a thread; a baton lets one run at a time, in the order in which
//! they became ready, and the clock jumps when all wait for it: runs are repeatable. What the Rust half does is done
//! by [`Machine::rust`], as far as tests need it.
//!
//! Recovery looks at the interpreter's own frames instead of return addresses.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex};
use std::thread::Scope;

use ingot_middle::mir::*;

/// How a call ends other than by returning.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// A panic was recovered in the frame with this stack address.
    Recover(u64),
    /// The goroutine ends.
    Goexit,
    /// The program ends.
    Exit(i32),
}

#[derive(Clone, Copy)]
enum Target {
    Func(usize),
    Data(u64),
    Missing,
}

struct Entry<'m> {
    module: usize,
    func: &'m Func,
    name: &'m str,
}

#[derive(Default)]
struct Sched {
    running: usize,
    ready: VecDeque<usize>,
    /// By goroutine: rt_ready came while it was not parked.
    pending: Vec<bool>,
    parked: Vec<bool>,
    sleepers: Vec<(u64, usize)>,
    timers: Vec<(u64, u64)>,
    fired: VecDeque<u64>,
    timer_waiter: Option<usize>,
    clock: u64,
    random: u64,
    exit: Option<i32>,
}

/// What a program wrote and how it ended.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub code: i32,
}

pub struct Machine<'m> {
    modules: &'m [Module],
    targets: Vec<Vec<Target>>,
    funcs: Vec<Entry<'m>>,
    by_name: HashMap<&'m str, usize>,
    sched: Mutex<Sched>,
    turn: Condvar,
    output: Mutex<Outcome>,
    args: u64,
    /// Addresses of functions start here, 16 bytes apart.
    code: u64,
    globals: std::ops::Range<u64>,
}

/// One goroutine.
struct Gor<'s, 'm, 'e> {
    id: usize,
    words: u64,
    frames: Vec<usize>,
    scope: &'s Scope<'s, 'e>,
    machine: &'e Machine<'m>,
}

type Run<T> = Result<T, Stop>;

fn leak(words: usize, fill: u64) -> u64 {
    Box::leak(vec![fill; words.max(1)].into_boxed_slice()).as_mut_ptr() as u64
}

/// Zeroed memory whose addresses fit 31 bits.
fn low(bytes: usize) -> u64 {
    let (rights, flags) =
        (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_32BIT);
    // SAFETY: a fresh anonymous mapping, which is never taken back.
    let at = unsafe { libc::mmap(std::ptr::null_mut(), bytes.max(1), rights, flags, -1, 0) };
    assert!(at != libc::MAP_FAILED, "no memory below 2 GB");
    at as u64
}

fn read(ptr: u64, size: u64) -> u64 {
    // SAFETY: the interpreted program is trusted as compiled programs are; nil was checked before.
    unsafe {
        match size {
            1 => (ptr as *const u8).read().into(),
            2 => (ptr as *const u16).read().into(),
            4 => (ptr as *const u32).read().into(),
            _ => (ptr as *const u64).read(),
        }
    }
}

fn write(ptr: u64, size: u64, val: u64) {
    // SAFETY: as in `read`.
    unsafe {
        match size {
            1 => (ptr as *mut u8).write(val as u8),
            2 => (ptr as *mut u16).write(val as u16),
            4 => (ptr as *mut u32).write(val as u32),
            _ => (ptr as *mut u64).write(val),
        }
    }
}

fn copy(dst: u64, src: u64, n: u64) {
    if n > 0 {
        // SAFETY: as in `read`.
        unsafe { std::ptr::copy(src as *const u8, dst as *mut u8, n as usize) }
    }
}

fn clear(dst: u64, n: u64) {
    if n > 0 {
        // SAFETY: as in `read`.
        unsafe { std::ptr::write_bytes(dst as *mut u8, 0, n as usize) }
    }
}

fn bytes(ptr: u64, n: u64) -> &'static [u8] {
    if n == 0 {
        return &[];
    }
    // SAFETY: as in `read`.
    unsafe { std::slice::from_raw_parts(ptr as *const u8, n as usize) }
}

fn mask(ty: Ty, v: u64) -> u64 {
    match ty {
        Ty::Bool => v & 1,
        _ => match ty.size() {
            8 => v,
            n => v & ((1 << (8 * n)) - 1),
        },
    }
}

fn signed(ty: Ty, v: u64) -> i64 {
    let shift = 64 - 8 * ty.size();
    ((v << shift) as i64) >> shift
}

fn float(ty: Ty, v: u64) -> f64 {
    if ty == Ty::F32 { f32::from_bits(v as u32).into() } else { f64::from_bits(v) }
}

fn from_float(ty: Ty, x: f64) -> u64 {
    if ty == Ty::F32 { (x as f32).to_bits().into() } else { x.to_bits() }
}

impl<'m> Machine<'m> {
    /// Links the modules: of a symbol defined several times the first definition counts.
    pub fn new(modules: &'m [Module]) -> Machine<'m> {
        let mut funcs: Vec<Entry<'m>> = Vec::new();
        let mut by_name = HashMap::new();
        let mut data: HashMap<&str, u64> = HashMap::new();
        // One area, so that globals are told from heap objects, and below 2 GB as in a program.
        let is_data = |s: &&SymbolData| matches!(s.def, Def::Data(_));
        let size = |m: &Module, s: &SymbolData| match &s.def {
            Def::Data(d) => m.layout_of(d.layout).size.div_ceil(8) + 1,
            _ => 0,
        };
        let total: u64 = modules.iter().flat_map(|m| m.symbols.values().filter(is_data).map(move |s| size(m, s))).sum();
        let count = modules.iter().flat_map(|m| m.symbols.values()).filter(|s| matches!(s.def, Def::Func(_))).count();
        let code = low(8 * (total as usize + 2 * count));
        let start = code + 16 * count as u64;
        let mut next = start;
        for (module, m) in modules.iter().enumerate() {
            for (name, s) in &m.symbols {
                match &s.def {
                    Def::Func(func) if !by_name.contains_key(name.as_str()) => {
                        by_name.insert(name.as_str(), funcs.len());
                        funcs.push(Entry { module, func, name });
                    }
                    Def::Data(d) if !data.contains_key(name.as_str()) => {
                        let at = next;
                        next += 8 * (m.layout_of(d.layout).size.div_ceil(8) + 1);
                        copy(at, d.bytes.as_ptr() as u64, d.bytes.len() as u64);
                        data.insert(name, at);
                    }
                    _ => {}
                }
            }
        }
        let mut targets = Vec::new();
        for m in modules {
            let found = m.symbols.keys().map(|name| match (by_name.get(name.as_str()), data.get(name.as_str())) {
                (Some(&f), _) => Target::Func(f),
                (_, Some(&at)) => Target::Data(at),
                _ => Target::Missing,
            });
            targets.push(found.collect::<Vec<_>>());
        }
        let mut linked: std::collections::HashSet<&str> = Default::default();
        for (m, targets) in modules.iter().zip(&targets) {
            for (name, s) in &m.symbols {
                let Def::Data(d) = &s.def else { continue };
                if !linked.insert(name) {
                    continue;
                }
                let at = data[name.as_str()];
                for r in &d.relocs {
                    let to = match targets[r.target.index()] {
                        Target::Func(f) => (code + 16 * f as u64).wrapping_add(r.addend as u64),
                        Target::Data(at) => at.wrapping_add(r.addend as u64),
                        Target::Missing => 0,
                    };
                    match r.kind {
                        RelocKind::Abs64 => write(at + r.offset, 8, to),
                        RelocKind::Abs32 => write(at + r.offset, 4, to),
                    }
                }
            }
        }
        let args = leak(16, 0);
        write(args, 8, b"prog\0\0\0\0".as_ptr() as u64);
        Machine {
            modules,
            targets,
            funcs,
            by_name,
            sched: Mutex::default(),
            turn: Condvar::new(),
            output: Mutex::default(),
            args,
            code,
            globals: code..next,
        }
    }

    /// Runs `runtime.main`.
    pub fn run(&self) -> Outcome {
        let main = self.by_name["runtime.main"];
        std::thread::scope(|scope| {
            self.sched.lock().unwrap().pending.push(false);
            self.sched.lock().unwrap().parked.push(false);
            self.spawn(scope, 0, move |g| g.call(main, &[], 0).map(drop));
        });
        let mut out = std::mem::take(&mut *self.output.lock().unwrap());
        out.code = self.sched.lock().unwrap().exit.unwrap_or(-1);
        out
    }

    fn spawn<'s, 'e>(
        &'e self,
        scope: &'s Scope<'s, 'e>,
        id: usize,
        body: impl FnOnce(&mut Gor<'s, 'm, 'e>) -> Run<()> + Send + 'e,
    ) where
        'e: 's,
        'm: 'e,
    {
        let size = if id == 0 { 1 << 30 } else { 128 << 20 };
        let thread = std::thread::Builder::new().stack_size(size).spawn_scoped(scope, move || {
            let words = leak(64, 0);
            let mut g = Gor { id, words, frames: Vec::new(), scope, machine: self };
            if g.wait_turn().is_err() {
                return;
            }
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| body(&mut g)));
            match caught {
                Err(_) => self.stop(-2),
                Ok(Err(Stop::Exit(code))) => self.stop(code),
                _ => {
                    let _ = g.leave_turn();
                }
            }
        });
        thread.unwrap();
    }

    fn stop(&self, code: i32) {
        let mut s = self.sched.lock().unwrap();
        s.exit.get_or_insert(code);
        self.turn.notify_all();
    }

    fn symbol_name(&self, module: usize, sym: Symbol) -> &'m str {
        let modules: &'m [Module] = self.modules;
        modules[module].name_of(sym)
    }
}

impl<'s, 'm, 'e> Gor<'s, 'm, 'e>
where
    'm: 'e,
    'e: 's,
{
    // The baton.

    fn wait_turn(&self) -> Run<()> {
        let mut s = self.machine.sched.lock().unwrap();
        loop {
            if let Some(code) = s.exit {
                return Err(Stop::Exit(code));
            }
            if s.running == self.id {
                return Ok(());
            }
            s = self.machine.turn.wait(s).unwrap();
        }
    }

    /// Hands the baton on; moves the clock if everybody waits.
    fn leave_turn(&self) -> Run<()> {
        let mut s = self.machine.sched.lock().unwrap();
        loop {
            if let Some(next) = s.ready.pop_front() {
                s.running = next;
                self.machine.turn.notify_all();
                return Ok(());
            }
            let sleep = s.sleepers.iter().map(|t| t.0).min();
            let timer = s.timers.iter().map(|t| t.0).min();
            let Some(when) = sleep.into_iter().chain(timer).min() else {
                s.exit.get_or_insert(2);
                self.machine
                    .output
                    .lock()
                    .unwrap()
                    .stderr
                    .extend(b"fatal error: all goroutines are asleep - deadlock!\n");
                self.machine.turn.notify_all();
                return Err(Stop::Exit(2));
            };
            s.clock = s.clock.max(when);
            let clock = s.clock;
            s.sleepers.sort();
            while s.sleepers.first().is_some_and(|t| t.0 <= clock) {
                let (_, id) = s.sleepers.remove(0);
                s.ready.push_back(id);
            }
            s.timers.sort();
            while s.timers.first().is_some_and(|t| t.0 <= clock) {
                let (_, object) = s.timers.remove(0);
                s.fired.push_back(object);
                if let Some(waiter) = s.timer_waiter.take() {
                    s.ready.push_back(waiter);
                }
            }
        }
    }

    fn switch(&self) -> Run<()> {
        self.leave_turn()?;
        self.wait_turn()
    }

    // Calls.

    fn call(&mut self, f: usize, args: &[u64], context: u64) -> Run<Vec<u64>> {
        let entry = &self.machine.funcs[f];
        if entry.name == "runtime.calledByDeferrun" {
            return Ok(vec![self.called_by_deferrun().into()]);
        }
        if std::env::var_os("INGOT_TRACE").is_some() {
            eprintln!("{:1$}{2} {args:x?}", "", self.frames.len(), entry.name);
        }
        self.frames.push(f);
        let result = self.body(entry.module, entry.func, args, context);
        self.frames.pop();
        result
    }

    fn called_by_deferrun(&self) -> bool {
        let frames = &self.frames;
        let runner = self.machine.by_name["runtime.deferrun"];
        // The last is gorecover; before it, wrappers apart, the function in question.
        let mut found = false;
        for &f in frames[..frames.len() - 1].iter().rev() {
            match self.machine.funcs[f].func.pragmas.wrapper {
                _ if f == runner => return found,
                true => {}
                false if found => return false,
                false => found = true,
            }
        }
        false
    }

    fn named(&mut self, name: &str, args: &[u64]) -> Run<Vec<u64>> {
        let f = self.machine.by_name[name];
        self.call(f, args, 0)
    }

    fn code(&self, address: u64) -> usize {
        let f = address.wrapping_sub(self.machine.code) / 16;
        assert!((f as usize) < self.machine.funcs.len(), "call of {address:#x}: {}", self.trace());
        f as usize
    }

    fn trace(&self) -> String {
        let names: Vec<&str> = self.frames.iter().rev().take(12).map(|&f| self.machine.funcs[f].name).collect();
        names.join(" < ")
    }

    fn body(&mut self, module: usize, func: &Func, args: &[u64], context: u64) -> Run<Vec<u64>> {
        let m = &self.machine.modules[module];
        let mut vals = vec![0u64; func.values.len()];
        for (&p, &v) in func.blocks[0].params.iter().zip(args) {
            vals[p.index()] = v;
        }
        // Slots hold garbage but for their pointers.
        let total: usize = func.slots.iter().map(|s| m.layout_of(s.layout).size.div_ceil(8) as usize + 1).sum();
        let mut memory = vec![0xdbdb_dbdb_dbdb_dbdb_u64; total];
        let start = memory.as_mut_ptr() as u64;
        let mut slots = Vec::new();
        let mut at = start;
        for s in &func.slots {
            slots.push(at);
            let layout = m.layout_of(s.layout);
            for &w in &layout.ptr_words {
                write(at + 8 * u64::from(w), 8, 0);
            }
            at += 8 * (layout.size.div_ceil(8) + 1);
        }
        let mut block = Block(0);
        loop {
            let step = self.block(module, func, block, &mut vals, &slots, context);
            let stack = start..start + 8 * total as u64;
            match step {
                Ok(Next::Block(next)) => block = next,
                Ok(Next::Return(words)) => return Ok(words),
                Err(Stop::Recover(df)) if stack.contains(&df) => match func.recover {
                    Some(recover) => block = recover,
                    None => panic!("no recover block: {}", self.trace()),
                },
                Err(stop) => return Err(stop),
            }
        }
    }

    fn block(
        &mut self,
        module: usize,
        func: &Func,
        block: Block,
        vals: &mut [u64],
        slots: &[u64],
        context: u64,
    ) -> Run<Next> {
        let data = &func.blocks[block.index()];
        for &inst in &data.insts {
            let inst = &func.insts[inst.index()];
            let results = self.inst(module, func, &inst.op, vals, slots, context)?;
            match results {
                Out::None => {}
                Out::One(v) => vals[inst.results[0].index()] = mask(func.ty(inst.results[0]), v),
                Out::Many(words) => {
                    for (&r, v) in inst.results.iter().zip(words) {
                        vals[r.index()] = mask(func.ty(r), v);
                    }
                }
            }
        }
        let pass = |vals: &mut [u64], to: Block, args: &[Value]| {
            let words: Vec<u64> = args.iter().map(|a| vals[a.index()]).collect();
            for (&p, v) in func.blocks[to.index()].params.iter().zip(words) {
                vals[p.index()] = v;
            }
            Ok(Next::Block(to))
        };
        match data.term.as_ref().unwrap() {
            Terminator::Jump(to, args) => pass(vals, *to, args),
            Terminator::Branch { cond, then, els } => {
                let (to, args) = if vals[cond.index()] != 0 { then } else { els };
                pass(vals, *to, args)
            }
            Terminator::Switch { value, cases, default } => {
                let ty = func.ty(*value);
                let v = vals[value.index()];
                let to = cases.iter().find(|(n, _)| mask(ty, *n as u64) == v).map_or(*default, |(_, b)| *b);
                Ok(Next::Block(to))
            }
            Terminator::Return(words) => Ok(Next::Return(words.iter().map(|v| vals[v.index()]).collect())),
            Terminator::Unreachable => panic!("unreachable: {}", self.trace()),
        }
    }

    fn inst(&mut self, module: usize, func: &Func, op: &Op, vals: &[u64], slots: &[u64], context: u64) -> Run<Out> {
        let v = |x: &Value| vals[x.index()];
        let ty = |x: &Value| func.ty(*x);
        let one = |x: u64| Ok(Out::One(x));
        let target = |s: &Symbol| self.machine.targets[module][s.index()];
        match op {
            Op::Int(_, n) => one(*n as u64),
            Op::Float(_, bits) => one(*bits),
            Op::Null(_) => one(0),
            Op::GlobalAddr(s, offset) => match target(s) {
                Target::Data(at) => one(at.wrapping_add(*offset as u64)),
                _ => panic!("no data {}: {}", self.machine.symbol_name(module, *s), self.trace()),
            },
            Op::FuncAddr(s) => match target(s) {
                Target::Func(f) => one(self.machine.code + 16 * f as u64),
                _ => one(0),
            },
            Op::SlotAddr(s) => one(slots[s.index()]),
            Op::Context => one(context),
            Op::Bin(op, a, b) => one(binary(*op, ty(a), v(a), v(b))),
            Op::Un(op, a) => one(unary(*op, ty(a), v(a))),
            Op::Cmp(op, a, b) => one(compare(*op, ty(a), v(a), v(b)).into()),
            Op::Conv(op, to, a) => one(convert(*op, ty(a), *to, v(a))),
            Op::Select(c, a, b) => one(if v(c) != 0 { v(a) } else { v(b) }),
            Op::Fma(a, b, c) => match ty(a) {
                Ty::F32 => {
                    let f = |x: &Value| f32::from_bits(v(x) as u32);
                    one(f(a).mul_add(f(b), f(c)).to_bits().into())
                }
                _ => one(f64::from_bits(v(a)).mul_add(f64::from_bits(v(b)), f64::from_bits(v(c))).to_bits()),
            },
            Op::PtrAdd { base, offset } => one(v(base).wrapping_add(*offset as u64)),
            Op::PtrIndex { base, index, scale, offset } => {
                one(v(base).wrapping_add(v(index).wrapping_mul(*scale)).wrapping_add(*offset as u64))
            }
            Op::Load { ty, ptr, .. } => {
                self.check_address(v(ptr));
                one(read(v(ptr), ty.size()))
            }
            Op::Store { ptr, val, .. } => {
                self.check_address(v(ptr));
                write(v(ptr), ty(val).size(), v(val));
                Ok(Out::None)
            }
            Op::Atomic { op, ty, ptr, args } => {
                self.check_address(v(ptr));
                let (at, size) = (v(ptr), ty.size());
                let old = read(at, size);
                let arg = |i: usize| args.get(i).map_or(0, v);
                match op {
                    AtomicOp::Load => {}
                    AtomicOp::Store | AtomicOp::Exchange => write(at, size, arg(0)),
                    AtomicOp::CompareExchange => {
                        let same = old == arg(0);
                        if same {
                            write(at, size, arg(1));
                        }
                        return one(same.into());
                    }
                    AtomicOp::Add => {
                        write(at, size, old.wrapping_add(arg(0)));
                        return one(read(at, size));
                    }
                    AtomicOp::And => write(at, size, old & arg(0)),
                    AtomicOp::Or => write(at, size, old | arg(0)),
                }
                if *op == AtomicOp::Store { Ok(Out::None) } else { one(old) }
            }
            Op::MemCopy { dst, src, layout, .. } => {
                let size = self.machine.modules[module].layout_of(*layout).size;
                copy(v(dst), v(src), size);
                Ok(Out::None)
            }
            Op::MemZero { dst, layout, .. } => {
                let size = self.machine.modules[module].layout_of(*layout).size;
                clear(v(dst), size);
                Ok(Out::None)
            }
            Op::AllocHeap { layout, .. } => {
                let size = self.machine.modules[module].layout_of(*layout).size;
                one(leak(size.div_ceil(8) as usize, 0))
            }
            Op::NilCheck(p) => {
                if v(p) == 0 {
                    self.named("runtime.panicmem", &[])?;
                }
                Ok(Out::None)
            }
            Op::BoundsCheck { kind, index, len, signed } => {
                let (i, n) = (v(index), v(len));
                let good = if *kind == BoundsKind::Index { i < n } else { i <= n };
                if !good {
                    let suffix = if *signed || *kind == BoundsKind::Convert { "" } else { "U" };
                    let name = match kind {
                        BoundsKind::Index => "Index",
                        BoundsKind::SliceAlen => "SliceAlen",
                        BoundsKind::SliceAcap => "SliceAcap",
                        BoundsKind::SliceB => "SliceB",
                        BoundsKind::Slice3Alen => "Slice3Alen",
                        BoundsKind::Slice3Acap => "Slice3Acap",
                        BoundsKind::Slice3B => "Slice3B",
                        BoundsKind::Slice3C => "Slice3C",
                        BoundsKind::Convert => "SliceConvert",
                    };
                    let args = if *kind == BoundsKind::Convert { [n, i] } else { [i, n] };
                    self.named(&format!("runtime.panic{name}{suffix}"), &args)?;
                }
                Ok(Out::None)
            }
            Op::DivCheck(d) => {
                if v(d) == 0 {
                    self.named("runtime.panicdivide", &[])?;
                }
                Ok(Out::None)
            }
            Op::ShiftCheck(n) => {
                if (v(n) as i64) < 0 {
                    self.named("runtime.panicshift", &[])?;
                }
                Ok(Out::None)
            }
            Op::Call { callee, args, .. } => {
                let words: Vec<u64> = args.iter().map(v).collect();
                let results = match callee {
                    Callee::Direct(s) => match target(s) {
                        Target::Func(f) => self.call(f, &words, 0)?,
                        _ => match self.machine.symbol_name(module, *s) {
                            // Assembly: a processor without features.
                            "internal/cpu.cpuid" => vec![0; 4],
                            "internal/cpu.xgetbv" => vec![0; 2],
                            "internal/cpu.getGOAMD64level" => vec![1],
                            name => panic!("no function {name}: {}", self.trace()),
                        },
                    },
                    Callee::Closure => {
                        self.check_address(words[0]);
                        let f = self.code(read(words[0], 8));
                        self.call(f, &words[1..], words[0])?
                    }
                    Callee::Code | Callee::Method { .. } => {
                        let f = self.code(words[0]);
                        self.call(f, &words[1..], 0)?
                    }
                    Callee::Runtime(s) => {
                        let name = self.machine.symbol_name(module, *s);
                        self.rust(name, &words)?
                    }
                };
                Ok(Out::Many(results))
            }
            Op::KeepAlive(_) => Ok(Out::None),
        }
    }

    fn check_address(&self, p: u64) {
        assert!(p >= 4096 && p & 0xffff_ffff != 0xdbdb_dbdb, "access to {p:#x}: {}", self.trace());
    }

    // The Rust half of the runtime.

    fn rust(&mut self, name: &str, a: &[u64]) -> Run<Vec<u64>> {
        let arg = |i: usize| a.get(i).copied().unwrap_or(0);
        let machine = self.machine;
        Ok(match name {
            "rt_alloc" => vec![leak(arg(0).div_ceil(8) as usize, 0)],
            "rt_memmove" | "rt_memmove_ptrs" => {
                copy(arg(0), arg(1), arg(2));
                vec![]
            }
            "rt_memclr" | "rt_memclr_ptrs" => {
                clear(arg(0), arg(1));
                vec![]
            }
            "rt_typed_memmove" => {
                copy(arg(1), arg(2), read(arg(0), 8));
                vec![]
            }
            "rt_typed_memclr" => {
                clear(arg(1), read(arg(0), 8));
                vec![]
            }
            "rt_memequal" => vec![(bytes(arg(0), arg(2)) == bytes(arg(1), arg(2))).into()],
            "rt_compare" => vec![bytes(arg(0), arg(1)).cmp(bytes(arg(2), arg(3))) as i64 as u64],
            "rt_write" => vec![self.output(arg(0), bytes(arg(1), arg(2)))],
            "rt_rawsyscall" | "rt_syscall" => self.syscall(arg(0)),
            "rt_exit" => return Err(Stop::Exit(arg(0) as i32)),
            "rt_fatal" => {
                self.output(2, b"fatal error: ");
                self.output(2, bytes(arg(0), arg(1)));
                self.output(2, b"\n");
                return Err(Stop::Exit(2));
            }
            "rt_recover_to" => return Err(Stop::Recover(arg(0))),
            "rt_goexit" => return Err(Stop::Goexit),
            "rt_g_words" => vec![self.words],
            "rt_getg" => vec![self.id as u64 + 1],
            "rt_goid" => vec![self.id as u64 + 1],
            "rt_args" => vec![1, machine.args],
            "rt_auxv" => vec![machine.args + 32],
            "rt_numcpu" | "rt_gomaxprocs" => vec![2],
            "rt_numgoroutine" => vec![1],
            "rt_rand" => {
                let mut s = machine.sched.lock().unwrap();
                s.random = s.random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                vec![s.random ^ s.random >> 29]
            }
            "rt_nanotime" => vec![self.tick()],
            "rt_walltime" => {
                let now = self.tick();
                vec![1_700_000_000 + now / 1_000_000_000, now % 1_000_000_000]
            }
            "rt_callers" | "rt_g_callers" | "rt_g_info" | "rt_pc_info" | "rt_can_spin" | "rt_procpin"
            | "rt_collections" | "rt_stack_moves" => vec![0],
            "rt_set_finalizer" | "rt_add_cleanup" => vec![1],
            "rt_set_gc_percent" => vec![100],
            "rt_is_heap_ptr" => vec![(!machine.globals.contains(&arg(0))).into()],
            "rt_procunpin"
            | "rt_do_spin"
            | "rt_main_returned"
            | "rt_lock_os_thread"
            | "rt_unlock_os_thread"
            | "rt_traceback"
            | "rt_gc"
            | "rt_stop_cleanup"
            | "rt_stop_world"
            | "rt_start_world"
            | "rt_poll_init"
            | "rt_mem_stats" => vec![],
            "rt_poll_open" => vec![0, 1],
            "rt_weak_register" => {
                let handle = leak(1, arg(0));
                vec![handle]
            }
            "rt_weak_strong" => vec![if arg(0) == 0 { 0 } else { read(arg(0), 8) }],
            "rt_newproc" => {
                let closure = arg(0);
                let mut s = machine.sched.lock().unwrap();
                let id = s.pending.len();
                s.pending.push(false);
                s.parked.push(false);
                s.ready.push_back(id);
                drop(s);
                machine.spawn(self.scope, id, move |g| {
                    let f = g.code(read(closure, 8));
                    g.call(f, &[], closure).map(drop)
                });
                vec![]
            }
            "rt_gosched" => {
                machine.sched.lock().unwrap().ready.push_back(self.id);
                self.switch()?;
                vec![]
            }
            "rt_park" => {
                let mut s = machine.sched.lock().unwrap();
                if std::mem::take(&mut s.pending[self.id]) {
                    return Ok(vec![]);
                }
                s.parked[self.id] = true;
                drop(s);
                self.switch()?;
                vec![]
            }
            "rt_ready" => {
                let id = arg(0) as usize - 1;
                let mut s = machine.sched.lock().unwrap();
                if std::mem::take(&mut s.parked[id]) {
                    s.ready.push_back(id);
                } else {
                    s.pending[id] = true;
                }
                vec![]
            }
            "rt_sleep" => {
                let mut s = machine.sched.lock().unwrap();
                let when = s.clock + arg(0);
                s.sleepers.push((when, self.id));
                drop(s);
                self.switch()?;
                vec![]
            }
            "rt_timer_start" => {
                let mut s = machine.sched.lock().unwrap();
                let before = s.timers.len();
                s.timers.retain(|t| t.1 != arg(0));
                let armed = s.timers.len() < before;
                s.timers.push((arg(1), arg(0)));
                vec![armed.into()]
            }
            "rt_timer_stop" => {
                let mut s = machine.sched.lock().unwrap();
                let before = s.timers.len() + s.fired.len();
                s.timers.retain(|t| t.1 != arg(0));
                s.fired.retain(|&t| t != arg(0));
                vec![(s.timers.len() + s.fired.len() < before).into()]
            }
            "rt_timer_next" => loop {
                let mut s = machine.sched.lock().unwrap();
                if let Some(object) = s.fired.pop_front() {
                    return Ok(vec![object]);
                }
                s.timer_waiter = Some(self.id);
                drop(s);
                self.switch()?;
            },
            "rt_finalizer_next" | "rt_gc_wait_cycle" | "rt_signal_next" => loop {
                self.switch()?;
            },
            _ => panic!("{name} is not interpreted: {}", self.trace()),
        })
    }

    fn tick(&self) -> u64 {
        let mut s = self.machine.sched.lock().unwrap();
        s.clock += 1000;
        s.clock
    }

    fn output(&self, fd: u64, data: &[u8]) -> u64 {
        let mut out = self.machine.output.lock().unwrap();
        match fd {
            1 => out.stdout.extend_from_slice(data),
            _ => out.stderr.extend_from_slice(data),
        }
        data.len() as u64
    }

    fn syscall(&self, args: u64) -> Vec<u64> {
        const WRITE: u64 = 1;
        const RT_SIGACTION: u64 = 13;
        const CLONE: u64 = 56;
        let arg = |i: u64| read(args + 8 * i, 8);
        match arg(0) {
            WRITE if (1..=2).contains(&arg(1)) => vec![self.output(arg(1), bytes(arg(2), arg(3))), 0],
            n @ (RT_SIGACTION | CLONE..=59) => panic!("system call {n}: {}", self.trace()),
            n => {
                let (result, second): (u64, u64);
                // SAFETY: as in `read`; calls that would concern this process itself are above.
                unsafe {
                    std::arch::asm!("syscall", inlateout("rax") n => result, in("rdi") arg(1), in("rsi") arg(2),
                        inlateout("rdx") arg(3) => second, in("r10") arg(4), in("r8") arg(5), in("r9") arg(6),
                        out("rcx") _, out("r11") _, options(nostack));
                }
                vec![result, second]
            }
        }
    }
}

enum Next {
    Block(Block),
    Return(Vec<u64>),
}

enum Out {
    None,
    One(u64),
    Many(Vec<u64>),
}

fn binary(op: BinOp, ty: Ty, a: u64, b: u64) -> u64 {
    let bits = 8 * ty.size();
    let (x, y) = (signed(ty, a), signed(ty, b));
    let (f, g) = (float(ty, a), float(ty, b));
    match op {
        BinOp::Add => a.wrapping_add(b),
        BinOp::Sub => a.wrapping_sub(b),
        BinOp::Mul => a.wrapping_mul(b),
        BinOp::SDiv => x.wrapping_div(y) as u64,
        BinOp::UDiv => a / b,
        BinOp::SRem => x.wrapping_rem(y) as u64,
        BinOp::URem => a % b,
        BinOp::And => a & b,
        BinOp::Or => a | b,
        BinOp::Xor => a ^ b,
        BinOp::AndNot => a & !b,
        BinOp::Shl => {
            if b >= bits {
                0
            } else {
                a << b
            }
        }
        BinOp::LShr => {
            if b >= bits {
                0
            } else {
                a >> b
            }
        }
        BinOp::AShr => (x >> b.min(bits - 1)) as u64,
        BinOp::UMulHigh => ((u128::from(a) * u128::from(b)) >> 64) as u64,
        BinOp::EqBytes => byte_mask(a ^ b, |byte| byte == 0),
        BinOp::RotL => {
            let n = b % bits;
            if n == 0 { a } else { (a << n) | (a >> (bits - n)) }
        }
        // In the precision of the type: an F32 operation done in double and rounded once more is exact for these.
        BinOp::FAdd => from_float(ty, f + g),
        BinOp::FSub => from_float(ty, f - g),
        BinOp::FMul => from_float(ty, f * g),
        BinOp::FDiv => from_float(ty, f / g),
        BinOp::FMin | BinOp::FMax => {
            let least = op == BinOp::FMin;
            let r = if f.is_nan() || g.is_nan() {
                f64::NAN
            } else if f == 0.0 && g == 0.0 {
                if f.is_sign_negative() == least { f } else { g }
            } else if (f < g) == least {
                f
            } else {
                g
            };
            from_float(ty, r)
        }
    }
}

/// A bit for each byte of which `holds` is true.
fn byte_mask(word: u64, holds: impl Fn(u8) -> bool) -> u64 {
    word.to_le_bytes().into_iter().enumerate().map(|(i, byte)| u64::from(holds(byte)) << i).sum()
}

fn unary(op: UnOp, ty: Ty, a: u64) -> u64 {
    let bits = 8 * ty.size() as u32;
    let f = float(ty, a);
    match op {
        UnOp::Neg => a.wrapping_neg(),
        UnOp::Not => !a,
        UnOp::FNeg => from_float(ty, -f),
        UnOp::FSqrt => from_float(ty, f.sqrt()),
        UnOp::FFloor => from_float(ty, f.floor()),
        UnOp::FCeil => from_float(ty, f.ceil()),
        UnOp::FTrunc => from_float(ty, f.trunc()),
        UnOp::FRoundEven => from_float(ty, f.round_ties_even()),
        UnOp::FAbs => from_float(ty, f.abs()),
        UnOp::Clz => (a.leading_zeros() - (64 - bits)).into(),
        UnOp::Ctz => a.trailing_zeros().min(bits).into(),
        UnOp::Popcount => a.count_ones().into(),
        UnOp::ByteSwap => a.swap_bytes() >> (64 - bits),
        UnOp::BitReverse => a.reverse_bits() >> (64 - bits),
        UnOp::SignBytes => byte_mask(a, |byte| byte >= 0x80),
    }
}

fn compare(op: CmpOp, ty: Ty, a: u64, b: u64) -> bool {
    let (x, y) = (signed(ty, a), signed(ty, b));
    let (f, g) = (float(ty, a), float(ty, b));
    match op {
        CmpOp::Eq => a == b,
        CmpOp::Ne => a != b,
        CmpOp::SLt => x < y,
        CmpOp::SLe => x <= y,
        CmpOp::SGt => x > y,
        CmpOp::SGe => x >= y,
        CmpOp::ULt => a < b,
        CmpOp::ULe => a <= b,
        CmpOp::UGt => a > b,
        CmpOp::UGe => a >= b,
        CmpOp::FEq => f == g,
        CmpOp::FNe => f != g,
        CmpOp::FLt => f < g,
        CmpOp::FLe => f <= g,
        CmpOp::FGt => f > g,
        CmpOp::FGe => f >= g,
    }
}

fn convert(op: ConvOp, from: Ty, to: Ty, a: u64) -> u64 {
    /// What amd64's conversion gives for what does not fit.
    const OUT_OF_RANGE: u64 = 1 << 63;
    match op {
        ConvOp::Trunc | ConvOp::ZExt => a,
        ConvOp::SExt => signed(from, a) as u64,
        ConvOp::SIntToFloat => match to {
            Ty::F32 => (signed(from, a) as f32).to_bits().into(),
            _ => (signed(from, a) as f64).to_bits(),
        },
        ConvOp::UIntToFloat => match to {
            Ty::F32 => (a as f32).to_bits().into(),
            _ => (a as f64).to_bits(),
        },
        ConvOp::FloatToSInt => {
            let f = float(from, a);
            if f >= -9.223372036854775808e18 && f < 9.223372036854775808e18 { f as i64 as u64 } else { OUT_OF_RANGE }
        }
        ConvOp::FloatToUInt => {
            let f = float(from, a);
            if f >= 9.223372036854775808e18 && f < 1.8446744073709551616e19 {
                f as u64
            } else if f > -9.3e18 && f < 9.223372036854775808e18 {
                f as i64 as u64
            } else {
                OUT_OF_RANGE
            }
        }
        ConvOp::FloatExt | ConvOp::FloatTrunc => from_float(to, float(from, a)),
        _ => a,
    }
}
