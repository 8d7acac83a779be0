//! Reads the textual form of [`super::print`] back.
//!
//! The exact inverse of the printer: symbols, layouts, files and positions keep their numbers, values and blocks
//! too; instructions are numbered in the order of the text. Bad text gives a [`ParseError`], never a panic; text
//! that is well formed but wrong (a type that does not fit, a value that is not defined) is the verifier's to find.

use std::collections::HashMap;
use std::fmt;

use pest::Parser;
use pest::iterators::{Pair, Pairs};

use super::ir::*;
use super::names::Named;

#[derive(pest_derive::Parser)]
#[grammar = "mir/mir.pest"]
struct MirParser;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    pub line: usize,
    pub col: usize,
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.col, self.message)
    }
}

impl std::error::Error for ParseError {}

type Result<T> = std::result::Result<T, ParseError>;

/// Ids above this are refused: side tables are indexed by them.
const MAX_ID: u32 = 1 << 24;

/// Reads a module.
pub fn parse(text: &str) -> Result<Module> {
    let mut pairs = MirParser::parse(Rule::module, text).map_err(grammar_error)?;
    let mut reader = Reader { module: Module::new(), symbols: HashMap::new() };
    let Some(module) = pairs.next() else { return Ok(reader.module) };
    let items: Vec<_> = module.into_inner().filter(|p| p.as_rule() != Rule::EOI).collect();
    // Symbols first, so that a body can name what is defined after it.
    for item in &items {
        if matches!(item.as_rule(), Rule::extern_def | Rule::data_def | Rule::func_def) {
            let mut cur = Cursor::new(item.clone());
            let pair = cur.next()?;
            let name = symbol_name(&pair)?;
            if reader.symbols.contains_key(&name) {
                return Err(error(&pair, format!("symbol {name:?} is defined twice")));
            }
            let sym = reader.module.declare(&name, None);
            reader.symbols.insert(name, sym);
        }
    }
    for item in items {
        reader.item(item)?;
    }
    Ok(reader.module)
}

fn grammar_error(e: pest::error::Error<Rule>) -> ParseError {
    let (line, col) = match e.line_col {
        pest::error::LineColLocation::Pos(p) | pest::error::LineColLocation::Span(p, _) => p,
    };
    ParseError { line, col, message: e.variant.message().into_owned() }
}

fn error(at: &Pair<'_, Rule>, message: impl Into<String>) -> ParseError {
    let (line, col) = at.line_col();
    ParseError { line, col, message: message.into() }
}

/// The children of a rule, one after the other.
struct Cursor<'i> {
    parent: Pair<'i, Rule>,
    pairs: Pairs<'i, Rule>,
}

impl<'i> Cursor<'i> {
    fn new(parent: Pair<'i, Rule>) -> Self {
        Cursor { pairs: parent.clone().into_inner(), parent }
    }

    fn next(&mut self) -> Result<Pair<'i, Rule>> {
        self.pairs.next().ok_or_else(|| error(&self.parent, "an operand is missing"))
    }

    fn next_if(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        if self.pairs.peek()?.as_rule() == rule { self.pairs.next() } else { None }
    }

    fn expect(&mut self, rule: Rule) -> Result<Pair<'i, Rule>> {
        let pair = self.next()?;
        if pair.as_rule() == rule {
            Ok(pair)
        } else {
            Err(error(&pair, format!("expected {rule:?}, found {:?}", pair.as_rule())))
        }
    }

    fn finish(&mut self) -> Result<()> {
        match self.pairs.next() {
            Some(pair) => Err(error(&pair, "one operand too many")),
            None => Ok(()),
        }
    }

    fn value(&mut self) -> Result<Value> {
        Ok(Value(id(&self.expect(Rule::value)?, 1)?))
    }

    fn block(&mut self) -> Result<Block> {
        Ok(Block(id(&self.expect(Rule::block)?, 2)?))
    }

    fn layout(&mut self) -> Result<LayoutId> {
        Ok(LayoutId(id(&self.expect(Rule::layout)?, 6)?))
    }

    fn ty(&mut self) -> Result<Ty> {
        ty(&self.expect(Rule::ty)?)
    }

    fn int<T: std::str::FromStr>(&mut self) -> Result<T> {
        let pair = self.expect(Rule::int)?;
        pair.as_str().parse().map_err(|_| error(&pair, "number out of range"))
    }

    fn string(&mut self) -> Result<String> {
        let pair = self.expect(Rule::string)?;
        string(&pair)
    }

    /// The position that may end a line.
    fn pos(&mut self) -> Result<PosId> {
        self.next_if(Rule::pos).map_or(Ok(PosId::NONE), |p| id(&p, 1).map(PosId))
    }
}

/// The number after a prefix of that length.
fn id(pair: &Pair<'_, Rule>, prefix: usize) -> Result<u32> {
    match pair.as_str()[prefix..].parse() {
        Ok(n) if n < MAX_ID => Ok(n),
        _ => Err(error(pair, "number out of range")),
    }
}

fn ty(pair: &Pair<'_, Rule>) -> Result<Ty> {
    Ty::from_name(pair.as_str()).ok_or_else(|| error(pair, "unknown type"))
}

fn bytes(pair: &Pair<'_, Rule>) -> Result<Vec<u8>> {
    let quoted = pair.as_str().as_bytes();
    let mut out = Vec::with_capacity(quoted.len());
    let mut rest = &quoted[1..quoted.len() - 1];
    while let Some((&b, tail)) = rest.split_first() {
        rest = tail;
        if b != b'\\' {
            out.push(b);
            continue;
        }
        match rest {
            [c @ (b'n' | b'"' | b'\\'), tail @ ..] => {
                out.push(if *c == b'n' { b'\n' } else { *c });
                rest = tail;
            }
            [b'x', hi, lo, tail @ ..] if hi.is_ascii_hexdigit() && lo.is_ascii_hexdigit() => {
                let digit = |b: u8| (b as char).to_digit(16).unwrap_or(0) as u8;
                out.push(digit(*hi) << 4 | digit(*lo));
                rest = tail;
            }
            _ => return Err(error(pair, "unknown escape in string")),
        }
    }
    Ok(out)
}

fn string(pair: &Pair<'_, Rule>) -> Result<String> {
    String::from_utf8(bytes(pair)?).map_err(|_| error(pair, "the string is not UTF-8"))
}

fn symbol_name(pair: &Pair<'_, Rule>) -> Result<String> {
    match pair.clone().into_inner().next() {
        Some(s) if pair.as_rule() == Rule::symbol => string(&s),
        _ => Err(error(pair, "expected a symbol")),
    }
}

struct Reader {
    module: Module,
    symbols: HashMap<String, Symbol>,
}

impl Reader {
    fn symbol(&self, cur: &mut Cursor<'_>) -> Result<Symbol> {
        let pair = cur.next()?;
        let name = symbol_name(&pair)?;
        self.symbols.get(&name).copied().ok_or_else(|| error(&pair, format!("symbol {name:?} is not declared")))
    }

    fn item(&mut self, item: Pair<'_, Rule>) -> Result<()> {
        let rule = item.as_rule();
        let mut cur = Cursor::new(item.clone());
        let fresh = match rule {
            Rule::file => self.module.files.insert(cur.string()?),
            Rule::fname => self.module.func_names.insert(cur.string()?),
            Rule::pos_def => self.pos_def(&mut cur)?,
            Rule::layout_def => self.layout_def(&mut cur)?,
            Rule::extern_def => {
                let sym = self.symbol(&mut cur)?;
                let sig = cur.next_if(Rule::sig).map(sig).transpose()?;
                let dedup = cur.next_if(Rule::dedup).is_some();
                self.module.define(sym, Def::Extern(sig), dedup);
                true
            }
            Rule::data_def => {
                let sym = self.symbol(&mut cur)?;
                let layout = cur.layout()?;
                let dedup = cur.next_if(Rule::dedup).is_some();
                let read_only = cur.next_if(Rule::ro).is_some();
                let bytes = bytes(&cur.expect(Rule::string)?)?;
                let mut relocs = Vec::new();
                while let Some(pair) = cur.next_if(Rule::reloc) {
                    let mut cur = Cursor::new(pair);
                    let offset = cur.int()?;
                    let word = cur.expect(Rule::word)?;
                    let kind = RelocKind::from_name(word.as_str()).ok_or_else(|| error(&word, "unknown reloc kind"))?;
                    let target = self.symbol(&mut cur)?;
                    relocs.push(Reloc { offset, target, addend: cur.int()?, kind });
                }
                self.module.define(sym, Def::Data(Data { layout, bytes, relocs, read_only }), dedup);
                true
            }
            Rule::func_def => self.func_def(&mut cur)?,
            _ => return Err(error(&item, "unexpected item")),
        };
        if fresh { Ok(()) } else { Err(error(&item, "the entry is there already")) }
    }

    fn pos_def(&mut self, cur: &mut Cursor<'_>) -> Result<bool> {
        let label = cur.expect(Rule::pos)?;
        let name = |cur: &mut Cursor<'_>, table: &indexmap::IndexSet<String>| {
            let pair = cur.expect(Rule::string)?;
            match table.get_index_of(string(&pair)?.as_str()) {
                Some(i) => Ok(i as u32),
                None => Err(error(&pair, "the name is not in its table")),
            }
        };
        let file = name(cur, &self.module.files)?;
        let (line, col) = (cur.int()?, cur.int()?);
        let func = name(cur, &self.module.func_names)?;
        let inlined_at = cur.next_if(Rule::pos).map(|p| id(&p, 1).map(PosId)).transpose()?;
        let before = self.module.positions.len();
        let got = self.module.position(Position { file, line, col, func, inlined_at });
        if id(&label, 1)? != got.0 {
            return Err(error(&label, format!("expected !{}", got.0)));
        }
        Ok(self.module.positions.len() > before)
    }

    fn layout_def(&mut self, cur: &mut Cursor<'_>) -> Result<bool> {
        let label = cur.expect(Rule::layout)?;
        let (size, align) = (cur.int()?, cur.int()?);
        let mut ptr_words = Vec::new();
        while cur.pairs.peek().is_some() {
            ptr_words.push(cur.int()?);
        }
        let before = self.module.layouts.len();
        let got = self.module.layout(Layout { size, align, ptr_words });
        if id(&label, 6)? != got.0 {
            return Err(error(&label, format!("expected {got}")));
        }
        Ok(self.module.layouts.len() > before)
    }

    fn func_def(&mut self, cur: &mut Cursor<'_>) -> Result<bool> {
        let sym = self.symbol(cur)?;
        let mut func = Func { sig: sig(cur.expect(Rule::sig)?)?, ..Func::default() };
        let mut dedup = false;
        while let Some(flag) = cur.next_if(Rule::flag) {
            let flag = Cursor::new(flag).next()?;
            let mut inner = Cursor::new(flag.clone());
            match flag.as_rule() {
                Rule::recover => func.recover = Some(inner.block()?),
                Rule::start => func.start = inner.pos()?,
                Rule::dedup => dedup = true,
                Rule::nosplit => func.pragmas.nosplit = true,
                Rule::noinline => func.pragmas.noinline = true,
                _ => func.pragmas.wrapper = true,
            }
        }
        while let Some(slot) = cur.next_if(Rule::slot_def) {
            let mut cur = Cursor::new(slot);
            let label = cur.expect(Rule::slot)?;
            if id(&label, 4)? as usize != func.slots.len() {
                return Err(error(&label, format!("expected {}", Slot(func.slots.len() as u32))));
            }
            let layout = cur.layout()?;
            func.slots.push(SlotData { layout, name: cur.string()? });
        }
        while let Some(block) = cur.next_if(Rule::block_def) {
            self.block_def(&mut func, Cursor::new(block))?;
        }
        self.module.define(sym, Def::Func(func), dedup);
        Ok(true)
    }

    fn block_def(&self, func: &mut Func, mut cur: Cursor<'_>) -> Result<()> {
        let label = cur.expect(Rule::block)?;
        let block = func.new_block();
        if id(&label, 2)? != block.0 {
            return Err(error(&label, format!("expected {block}")));
        }
        if let Some(params) = cur.next_if(Rule::typed_list) {
            func.blocks[block.index()].params = typed_list(func, params)?;
        }
        while let Some(line) = cur.pairs.next() {
            if func.blocks[block.index()].term.is_some() {
                return Err(error(&line, "an instruction after the block's end"));
            }
            if line.as_rule() == Rule::term {
                let mut cur = Cursor::new(line);
                let term = terminator(cur.next()?)?;
                let data = &mut func.blocks[block.index()];
                (data.term, data.term_pos) = (Some(term), cur.pos()?);
                continue;
            }
            let is_call = line.as_rule() == Rule::call;
            let mut cur = Cursor::new(line);
            let results = match cur.next_if(Rule::typed_list) {
                Some(list) => typed_list(func, list)?,
                None => Vec::new(),
            };
            let op = if is_call { self.call(&mut cur)? } else { self.op(&mut cur)? };
            let pos = cur.pos()?;
            cur.finish()?;
            func.insts.push(InstData { op, results, pos });
            func.blocks[block.index()].insts.push(Inst(func.insts.len() as u32 - 1));
        }
        Ok(())
    }

    fn call(&self, cur: &mut Cursor<'_>) -> Result<Op> {
        let pair = cur.next()?;
        let mut inner = Cursor::new(pair.clone());
        let callee = match pair.as_rule() {
            Rule::call_closure => Callee::Closure,
            Rule::call_code => Callee::Code,
            Rule::call_method => Callee::Method { iface: self.symbol(&mut inner)?, index: inner.int()? },
            Rule::call_runtime => Callee::Runtime(self.symbol(&mut inner)?),
            _ => Callee::Direct(self.symbol(&mut inner)?),
        };
        let args = value_list(cur)?;
        Ok(Op::Call { callee, sig: sig(cur.expect(Rule::sig)?)?, args })
    }

    fn op(&self, cur: &mut Cursor<'_>) -> Result<Op> {
        let word = cur.expect(Rule::word)?;
        let mut parts = word.as_str().split('.');
        let head = parts.next().unwrap_or_default();
        let mut parts: Vec<&str> = parts.collect();
        let unknown = || error(&word, format!("unknown instruction {:?}", word.as_str()));
        // Optional suffixes come in one order, so that each instruction has one spelling.
        let op = match head {
            "int" => Op::Int(cur.ty()?, cur.int()?),
            "float" => {
                let ty = cur.ty()?;
                let pair = cur.expect(Rule::hex)?;
                let bits = u64::from_str_radix(&pair.as_str()[2..], 16);
                Op::Float(ty, bits.map_err(|_| error(&pair, "number out of range"))?)
            }
            "null" => Op::Null(cur.ty()?),
            "global_addr" => Op::GlobalAddr(self.symbol(cur)?, cur.int()?),
            "func_addr" => Op::FuncAddr(self.symbol(cur)?),
            "slot_addr" => Op::SlotAddr(Slot(id(&cur.expect(Rule::slot)?, 4)?)),
            "context" => Op::Context,
            "cmp" => {
                let op = take_first(&mut parts).and_then(CmpOp::from_name).ok_or_else(unknown)?;
                Op::Cmp(op, cur.value()?, cur.value()?)
            }
            "select" => Op::Select(cur.value()?, cur.value()?, cur.value()?),
            "fma" => Op::Fma(cur.value()?, cur.value()?, cur.value()?),
            "ptr_add" => Op::PtrAdd { base: cur.value()?, offset: cur.int()? },
            "ptr_index" => {
                Op::PtrIndex { base: cur.value()?, index: cur.value()?, scale: cur.int()?, offset: cur.int()? }
            }
            "load" => {
                let volatile = suffix(&mut parts, "volatile");
                Op::Load { ty: cur.ty()?, ptr: cur.value()?, volatile }
            }
            "store" => {
                let nowb = suffix(&mut parts, "nowb");
                let volatile = suffix(&mut parts, "volatile");
                Op::Store { ptr: cur.value()?, val: cur.value()?, nowb, volatile }
            }
            "atomic" => {
                let op = take_first(&mut parts).and_then(AtomicOp::from_name).ok_or_else(unknown)?;
                let (ty, ptr) = (cur.ty()?, cur.value()?);
                let mut args = Vec::new();
                while let Some(pair) = cur.next_if(Rule::value) {
                    args.push(Value(id(&pair, 1)?));
                }
                Op::Atomic { op, ty, ptr, args }
            }
            "mem_copy" => {
                let nowb = suffix(&mut parts, "nowb");
                Op::MemCopy { dst: cur.value()?, src: cur.value()?, layout: cur.layout()?, nowb }
            }
            "mem_zero" => {
                let nowb = suffix(&mut parts, "nowb");
                Op::MemZero { dst: cur.value()?, layout: cur.layout()?, nowb }
            }
            "alloc_heap" => Op::AllocHeap { layout: cur.layout()?, type_desc: self.symbol(cur)? },
            "nil_check" => Op::NilCheck(cur.value()?),
            "bounds_check" => {
                let kind = take_first(&mut parts).and_then(BoundsKind::from_name).ok_or_else(unknown)?;
                let signed = suffix(&mut parts, "signed");
                Op::BoundsCheck { kind, index: cur.value()?, len: cur.value()?, signed }
            }
            "div_check" => Op::DivCheck(cur.value()?),
            "shift_check" => Op::ShiftCheck(cur.value()?),
            "keep_alive" => Op::KeepAlive(cur.value()?),
            _ => {
                if let Some(op) = BinOp::from_name(head) {
                    Op::Bin(op, cur.value()?, cur.value()?)
                } else if let Some(op) = UnOp::from_name(head) {
                    Op::Un(op, cur.value()?)
                } else if let Some(op) = ConvOp::from_name(head) {
                    Op::Conv(op, cur.ty()?, cur.value()?)
                } else {
                    return Err(unknown());
                }
            }
        };
        if parts.is_empty() { Ok(op) } else { Err(unknown()) }
    }
}

fn take_first<'a>(parts: &mut Vec<&'a str>) -> Option<&'a str> {
    if parts.is_empty() { None } else { Some(parts.remove(0)) }
}

fn suffix(parts: &mut Vec<&str>, word: &str) -> bool {
    let there = parts.first() == Some(&word);
    if there {
        parts.remove(0);
    }
    there
}

fn terminator(pair: Pair<'_, Rule>) -> Result<Terminator> {
    let rule = pair.as_rule();
    let mut cur = Cursor::new(pair);
    Ok(match rule {
        Rule::jump => {
            let (block, args) = target(&mut cur)?;
            Terminator::Jump(block, args)
        }
        Rule::branch => Terminator::Branch { cond: cur.value()?, then: target(&mut cur)?, els: target(&mut cur)? },
        Rule::switch => {
            let (value, default) = (cur.value()?, cur.block()?);
            let mut cases = Vec::new();
            while let Some(case) = cur.next_if(Rule::case) {
                let mut cur = Cursor::new(case);
                cases.push((cur.int()?, cur.block()?));
            }
            Terminator::Switch { value, cases, default }
        }
        Rule::return_ => Terminator::Return(value_list(&mut cur)?),
        _ => Terminator::Unreachable,
    })
}

fn target(cur: &mut Cursor<'_>) -> Result<(Block, Vec<Value>)> {
    let mut cur = Cursor::new(cur.expect(Rule::target)?);
    Ok((cur.block()?, value_list(&mut cur)?))
}

fn value_list(cur: &mut Cursor<'_>) -> Result<Vec<Value>> {
    let Some(list) = cur.next_if(Rule::value_list) else { return Ok(Vec::new()) };
    list.into_inner().map(|p| id(&p, 1).map(Value)).collect()
}

/// The values a line defines; enters their types in the function.
fn typed_list(func: &mut Func, list: Pair<'_, Rule>) -> Result<Vec<Value>> {
    let mut out = Vec::new();
    for typed in list.into_inner() {
        let mut cur = Cursor::new(typed);
        let (value, ty) = (cur.value()?, cur.ty()?);
        if value.index() >= func.values.len() {
            // A number that is never defined has a type nobody asks for.
            func.values.resize(value.index() + 1, Ty::I64);
        }
        func.values[value.index()] = ty;
        out.push(value);
    }
    Ok(out)
}

fn sig(pair: Pair<'_, Rule>) -> Result<Signature> {
    let mut cur = Cursor::new(pair);
    let types = |pair: Pair<'_, Rule>| pair.into_inner().map(|p| ty(&p)).collect::<Result<Vec<Ty>>>();
    let params = types(cur.expect(Rule::types)?)?;
    let results = types(cur.expect(Rule::types)?)?;
    Ok(Signature { params, results, context: cur.next_if(Rule::context).is_some() })
}
