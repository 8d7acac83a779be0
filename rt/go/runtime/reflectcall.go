// Calls between reflect's memory frames and compiled code's convention.
//
// reflect keeps the arguments and results of a call in a frame: a receiver word if there is one, the parameters one
// after the other, then, from a word boundary, the results. Compiled code takes scalars in registers and words on the
// stack, and memory values by pointer (the compiler's layout.rs and abi_call.rs). A callPlan says for one signature
// which piece of the frame goes where.
//
// Untyped words may hold pointers the collector does not see: callBlock's, and a result block's. No safepoint lies
// between filling or receiving them and their use: the functions that do so are nosplit, thus without polls.

package runtime

import (
	"internal/abi"
	"unsafe"
)

// Registers and words of the convention; see rt/abi.
const (
	callInts     = 6
	callFloats   = 8
	callStack    = 64
	resultInts   = 3
	resultFloats = 2
	resultWords  = 64

	maxScalars = 4 // most leaves of a value that is not a memory value
)

// callBlock is rt/abi's CallBlock.
type callBlock struct {
	ints       [callInts]uint64
	floats     [callFloats]uint64
	gap        uint64
	stack      [callStack]uint64
	stackCount uint64
	results    resultBlock
}

// resultBlock is rt/abi's ResultBlock.
type resultBlock struct {
	count  uint64
	ints   [resultInts]uint64
	floats [resultFloats]uint64
	words  [resultWords]uint64
}

// A pieceKind is what one register or word carries.
type pieceKind uint8

const (
	pieceBool pieceKind = iota
	piece1
	piece2
	piece4 // a float32 too
	piece8 // a float64 too
	piecePointer
	pieceMemory // the address of a memory value
)

// A piece is a part of a frame and the place of it in the convention.
type piece struct {
	kind   pieceKind
	slot   uint16  // offset in callBlock, or for a result in resultBlock; a memory result's is in callBlock
	offset uintptr // in the frame
	typ    *_type  // of a memory value
}

// A callPlan translates calls of one signature. It is not changed once made.
type callPlan struct {
	params      []piece
	results     []piece
	memory      []*_type // of memory results
	stackWords  uint64
	resultWords uint64
}

// A planner gives out registers and words.
type planner struct {
	ints, floats, words int
}

// A leaf is a scalar of a value.
type leaf struct {
	kind   pieceKind
	float  bool
	offset uintptr
}

// leaves appends t's scalars to into; ok is false for a memory type.
func leaves(into []leaf, t *_type, offset uintptr) (all []leaf, ok bool) {
	word := uintptr(8)
	switch t.Kind() {
	case abi.Bool:
		return append(into, leaf{pieceBool, false, offset}), true
	case abi.Int8, abi.Uint8:
		return append(into, leaf{piece1, false, offset}), true
	case abi.Int16, abi.Uint16:
		return append(into, leaf{piece2, false, offset}), true
	case abi.Int32, abi.Uint32:
		return append(into, leaf{piece4, false, offset}), true
	case abi.Int, abi.Int64, abi.Uint, abi.Uint64, abi.Uintptr:
		return append(into, leaf{piece8, false, offset}), true
	case abi.Float32:
		return append(into, leaf{piece4, true, offset}), true
	case abi.Float64:
		return append(into, leaf{piece8, true, offset}), true
	case abi.Complex64:
		return append(into, leaf{piece4, true, offset}, leaf{piece4, true, offset + 4}), true
	case abi.Complex128:
		return append(into, leaf{piece8, true, offset}, leaf{piece8, true, offset + word}), true
	case abi.String:
		return append(into, leaf{piecePointer, false, offset}, leaf{piece8, false, offset + word}), true
	case abi.Slice:
		return append(into, leaf{piecePointer, false, offset}, leaf{piece8, false, offset + word},
			leaf{piece8, false, offset + 2*word}), true
	case abi.Interface:
		return append(into, leaf{piecePointer, false, offset}, leaf{piecePointer, false, offset + word}), true
	case abi.Array:
		a := (*arraytype)(unsafe.Pointer(t))
		switch {
		case a.Len == 0 || a.Len > 1 && a.Elem.Size_ == 0:
			return into, true
		case a.Len == 1:
			return leaves(into, a.Elem, offset)
		}
		return nil, false
	case abi.Struct:
		s := (*structtype)(unsafe.Pointer(t))
		first := len(into)
		for i := range s.Fields {
			f := &s.Fields[i]
			if into, ok = leaves(into, f.Typ, offset+f.Offset); !ok || len(into)-first > maxScalars {
				return nil, false
			}
		}
		return into, true
	}
	return append(into, leaf{piecePointer, false, offset}), true
}

// argument returns the place of the next argument word.
func (p *planner) argument(float bool) uint16 {
	if float && p.floats < callFloats {
		p.floats++
		return uint16(unsafe.Offsetof(callBlock{}.floats)) + uint16(p.floats-1)*8
	}
	if !float && p.ints < callInts {
		p.ints++
		return uint16(p.ints-1) * 8
	}
	if p.words == callStack {
		panic(plainError("reflect: call of a function with too many parameters"))
	}
	p.words++
	return uint16(unsafe.Offsetof(callBlock{}.stack)) + uint16(p.words-1)*8
}

// result returns the place of the next result word.
func (p *planner) result(float bool) uint16 {
	if float && p.floats < resultFloats {
		p.floats++
		return uint16(unsafe.Offsetof(resultBlock{}.floats)) + uint16(p.floats-1)*8
	}
	if !float && p.ints < resultInts {
		p.ints++
		return uint16(unsafe.Offsetof(resultBlock{}.ints)) + uint16(p.ints-1)*8
	}
	if p.words == resultWords {
		panic(plainError("reflect: call of a function with too many results"))
	}
	p.words++
	return uint16(unsafe.Offsetof(resultBlock{}.words)) + uint16(p.words-1)*8
}

// reflect_newCallPlan makes the plan of a function type. frameReceiver: the frame starts with a receiver word;
// passReceiver: that word is an argument.
//
//go:linkname reflect_newCallPlan reflect.newCallPlan
func reflect_newCallPlan(t *functype, frameReceiver, passReceiver bool) *callPlan {
	plan := new(callPlan)
	var args, rets planner
	var scratch [2 * maxScalars]leaf

	// Where memory results go is passed first.
	var outs []uint16
	for _, typ := range t.OutSlice() {
		if _, ok := leaves(scratch[:0], typ, 0); !ok {
			outs = append(outs, args.argument(false))
			plan.memory = append(plan.memory, typ)
		}
	}

	offset := uintptr(0)
	if frameReceiver {
		if passReceiver {
			plan.params = append(plan.params, piece{kind: piecePointer, slot: args.argument(false)})
		}
		offset = 8
	}
	for _, typ := range t.InSlice() {
		offset = alignUp(offset, uintptr(typ.Align_))
		all, ok := leaves(scratch[:0], typ, offset)
		if !ok {
			plan.params = append(plan.params, piece{pieceMemory, args.argument(false), offset, typ})
		}
		for _, l := range all {
			plan.params = append(plan.params, piece{l.kind, args.argument(l.float), l.offset, nil})
		}
		offset += typ.Size_
	}
	offset = alignUp(offset, 8)
	for _, typ := range t.OutSlice() {
		offset = alignUp(offset, uintptr(typ.Align_))
		all, ok := leaves(scratch[:0], typ, offset)
		if !ok {
			plan.results = append(plan.results, piece{pieceMemory, outs[0], offset, typ})
			outs = outs[1:]
		}
		for _, l := range all {
			plan.results = append(plan.results, piece{l.kind, rets.result(l.float), l.offset, nil})
		}
		offset += typ.Size_
	}
	plan.stackWords = uint64(args.words)
	plan.resultWords = uint64(rets.words)
	return plan
}

func alignUp(n, align uintptr) uintptr { return (n + align - 1) &^ (align - 1) }

// moveValue is typedmemmove without a prologue check.
//
//go:nosplit
func moveValue(t *_type, dst, src unsafe.Pointer) {
	if t.PtrBytes == 0 {
		rt_memmove(dst, src, t.Size_)
	} else {
		rt_memmove_ptrs(dst, src, t.Size_)
	}
}

// load returns the word that carries the scalar at p.
//
//go:nosplit
func (k pieceKind) load(p unsafe.Pointer) uint64 {
	switch k {
	case pieceBool, piece1:
		return uint64(*(*uint8)(p))
	case piece2:
		return uint64(*(*uint16)(p))
	case piece4:
		return uint64(*(*uint32)(p))
	}
	return *(*uint64)(p)
}

// store puts the scalar that the word at src carries to dst. The rest of a narrow one's word is undefined.
//
//go:nosplit
func (k pieceKind) store(dst, src unsafe.Pointer) {
	switch k {
	case pieceBool:
		*(*uint8)(dst) = *(*uint8)(src) & 1
	case piece1:
		*(*uint8)(dst) = *(*uint8)(src)
	case piece2:
		*(*uint16)(dst) = *(*uint16)(src)
	case piece4:
		*(*uint32)(dst) = *(*uint32)(src)
	case piece8:
		*(*uint64)(dst) = *(*uint64)(src)
	case piecePointer:
		*(*unsafe.Pointer)(dst) = *(*unsafe.Pointer)(src)
	}
}

// reflect_callFrame calls the closure with the frame's arguments and puts the results into the frame, which is a heap
// object.
//
//go:wrapper
//go:linkname reflect_callFrame reflect.callFrame
func reflect_callFrame(plan *callPlan, closure, frame unsafe.Pointer) {
	// A memory result gets an object of its own: the callee fills it as it likes, and nothing else may see it until
	// then.
	var outs []unsafe.Pointer
	if len(plan.memory) > 0 {
		outs = make([]unsafe.Pointer, len(plan.memory))
		for i, typ := range plan.memory {
			outs[i] = newobject(typ)
		}
	}
	var block callBlock
	b := noescape(unsafe.Pointer(&block))
	fillCallBlock(plan, (*callBlock)(b), frame, outs)
	rt_reflectcall(*(*uintptr)(closure), closure, (*callBlock)(b))
	takeResults(plan, (*callBlock)(b), frame, outs)
	KeepAlive(frame)
}

//go:nosplit
//go:noinline
func fillCallBlock(plan *callPlan, block *callBlock, frame unsafe.Pointer, outs []unsafe.Pointer) {
	// Memory results are the first arguments, so the first integer registers and stack words are theirs.
	for i := range outs {
		if i < callInts {
			block.ints[i] = uint64(uintptr(outs[i]))
		} else {
			block.stack[i-callInts] = uint64(uintptr(outs[i]))
		}
	}
	for i := range plan.params {
		p := &plan.params[i]
		at := add(frame, p.offset)
		slot := (*uint64)(add(unsafe.Pointer(block), uintptr(p.slot)))
		if p.kind == pieceMemory {
			// Nobody changes the frame during the call.
			*slot = uint64(uintptr(at))
		} else {
			*slot = p.kind.load(at)
		}
	}
	block.stackCount = plan.stackWords
	block.results.count = plan.resultWords
}

//go:nosplit
//go:noinline
func takeResults(plan *callPlan, block *callBlock, frame unsafe.Pointer, outs []unsafe.Pointer) {
	memory := 0
	for i := range plan.results {
		p := &plan.results[i]
		at := add(frame, p.offset)
		if p.kind == pieceMemory {
			moveValue(p.typ, at, outs[memory])
			memory++
		} else {
			p.kind.store(at, add(unsafe.Pointer(&block.results), uintptr(p.slot)))
		}
	}
}

// reflect_stubRoots lists the words of a stub's frame (rt/abi's StubFrame) that hold pointers.
//
//go:linkname reflect_stubRoots reflect.stubRoots
func reflect_stubRoots(plan *callPlan) []uint16 {
	// The frame's first word is the closure; then it is as a callBlock.
	var roots []uint16
	for i := range plan.memory {
		slot := i * 8
		if i >= callInts {
			slot = int(unsafe.Offsetof(callBlock{}.stack)) + (i-callInts)*8
		}
		roots = append(roots, uint16(1+slot/8))
	}
	for _, p := range plan.params {
		if p.kind == piecePointer || p.kind == pieceMemory {
			roots = append(roots, 1+p.slot/8)
		}
	}
	return roots
}

// reflect_takeArguments copies the arguments a stub was called with (registers points into its frame) to a heap frame.
//
//go:linkname reflect_takeArguments reflect.takeArguments
func reflect_takeArguments(plan *callPlan, registers, frame unsafe.Pointer) {
	for i := range plan.params {
		p := &plan.params[i]
		at, slot := add(frame, p.offset), add(registers, uintptr(p.slot))
		if p.kind == pieceMemory {
			moveValue(p.typ, at, *(*unsafe.Pointer)(slot))
		} else {
			p.kind.store(at, slot)
		}
	}
}

// reflect_giveResults returns a result block with the frame's results, memory ones put where the stub's caller wants
// them. The stub takes it before the next safepoint.
//
//go:linkname reflect_giveResults reflect.giveResults
func reflect_giveResults(plan *callPlan, registers, frame unsafe.Pointer) unsafe.Pointer {
	size := unsafe.Offsetof(resultBlock{}.words) + uintptr(plan.resultWords)*8
	block := rt_alloc(size, nil, 0)
	fillResults(plan, block, registers, frame)
	KeepAlive(frame)
	return block
}

//go:nosplit
//go:noinline
func fillResults(plan *callPlan, block, registers, frame unsafe.Pointer) {
	(*resultBlock)(block).count = plan.resultWords
	for i := range plan.results {
		p := &plan.results[i]
		at := add(frame, p.offset)
		if p.kind == pieceMemory {
			moveValue(p.typ, *(*unsafe.Pointer)(add(registers, uintptr(p.slot))), at)
		} else {
			*(*uint64)(add(block, uintptr(p.slot))) = p.kind.load(at)
		}
	}
}
