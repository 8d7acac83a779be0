// Functions made at run time, and calls of functions known at run time.
//
// A function made here is a closure whose code is makeFuncStub, in the runtime's assembly. The stub keeps its argument
// registers in its frame, which the closure's roots describe to the collector, and calls the closure's handler. That
// translates them to a memory frame as funcLayout lays it out, and at the end a frame's results to a block the stub
// returns. Plans of the translation are the runtime's: see its reflectcall.go.

package reflect

import (
	"internal/abi"
	"sync"
	"unsafe"
)

// callPlan is the runtime's, not looked into here.
type callPlan struct{ _ uintptr }

func newCallPlan(t *funcType, frameReceiver, passReceiver bool) *callPlan
func callFrame(plan *callPlan, closure, frame unsafe.Pointer)
func stubRoots(plan *callPlan) []uint16
func takeArguments(plan *callPlan, registers, frame unsafe.Pointer)
func giveResults(plan *callPlan, registers, frame unsafe.Pointer) unsafe.Pointer

// makeFuncCtxt is the head of a closure whose code is makeFuncStub; rt/abi's StubClosure.
type makeFuncCtxt struct {
	code    uintptr
	handler uintptr // code of func(closure, registers) (result block)
	roots   []uint16
	plan    *callPlan // arguments to frame, frame to results
}

func makeFuncStub()

// stubHead returns the head of a stub closure.
func stubHead(plan *callPlan, handler uintptr) makeFuncCtxt {
	return makeFuncCtxt{abi.FuncPCABI0(makeFuncStub), handler, stubRoots(plan), plan}
}

// makeFuncImpl is the closure of a function MakeFunc made.
type makeFuncImpl struct {
	makeFuncCtxt
	ftyp *funcType
	fn   func([]Value) []Value
}

// MakeFunc returns a new function of type typ. A call of it calls fn with the arguments, a variadic function's last one
// as a slice, and returns fn's results, which must be as many as typ has and assignable to their types.
func MakeFunc(typ Type, fn func(args []Value) (results []Value)) Value {
	if typ.Kind() != Func {
		panic("reflect: call of MakeFunc with non-Func type")
	}
	t := typ.common()
	ftyp := (*funcType)(unsafe.Pointer(t))
	impl := &makeFuncImpl{
		makeFuncCtxt: stubHead(newCallPlan(ftyp, false, false), abi.FuncPCABIInternal(runMadeFunc)),
		ftyp:         ftyp,
		fn:           fn,
	}
	return Value{t, unsafe.Pointer(impl), flag(Func)}
}

// runMadeFunc is the handler of a makeFuncImpl.
//
//go:wrapper
func runMadeFunc(c *makeFuncImpl, registers unsafe.Pointer) unsafe.Pointer {
	frameType, _, layout := funcLayout(c.ftyp, nil)
	frame := unsafe_New(frameType)
	takeArguments(c.plan, registers, frame)
	out := c.fn(argumentValues(c.ftyp, &layout, frame))
	storeResults(c, &layout, frame, out)
	return giveResults(c.plan, registers, frame)
}

// argumentValues returns the arguments in a frame. They may refer to the frame itself, whose arguments never change.
func argumentValues(t *funcType, layout *abiDesc, frame unsafe.Pointer) []Value {
	in := make([]Value, 0, int(t.InCount))
	for i, typ := range t.InSlice() {
		if typ.Size() == 0 {
			in = append(in, Zero(toRType(typ)))
			continue
		}
		v := Value{typ, unsafe.Add(frame, layout.call.stepsForValue(i)[0].stkOff), flag(typ.Kind())}
		if typ.IsDirectIface() {
			v.ptr = *(*unsafe.Pointer)(v.ptr)
		} else {
			v.flag |= flagIndir
		}
		in = append(in, v)
	}
	return in
}

// storeResults checks the results of a made function and puts them into the frame.
func storeResults(c *makeFuncImpl, layout *abiDesc, frame unsafe.Pointer, out []Value) {
	if len(out) != c.ftyp.NumOut() {
		panic("reflect: wrong return count from function created by MakeFunc")
	}
	for i, typ := range c.ftyp.OutSlice() {
		v := out[i]
		if v.typ() == nil {
			panic("reflect: function created by MakeFunc using " + funcName(c.fn) + " returned zero Value")
		}
		if v.flag&flagRO != 0 {
			panic("reflect: function created by MakeFunc using " + funcName(c.fn) +
				" returned value obtained from unexported field")
		}
		if typ.Size() == 0 {
			continue
		}
		v = v.assignTo("reflect.MakeFunc", typ, nil)
		at := unsafe.Add(frame, layout.ret.stepsForValue(i)[0].stkOff)
		if v.flag&flagIndir != 0 {
			typedmemmove(typ, at, v.ptr)
		} else {
			*(*unsafe.Pointer)(at) = v.ptr
		}
	}
}

// methodValue is the closure of a method value.
type methodValue struct {
	makeFuncCtxt
	method int
	rcvr   Value
}

// makeMethodValue turns a receiver with a method's index into a Value that holds a function.
func makeMethodValue(op string, v Value) Value {
	if v.flag&flagMethod == 0 {
		panic("reflect: internal error: invalid use of makeMethodValue")
	}
	// Without flagMethod v is the receiver.
	fl := v.flag&(flagRO|flagAddr|flagIndir) | flag(v.typ().Kind())
	rcvr := Value{v.typ(), v.ptr, fl}
	method := int(v.flag) >> flagMethodShift
	ftyp := (*funcType)(unsafe.Pointer(v.Type().(*rtype)))
	fv := &methodValue{
		makeFuncCtxt: stubHead(newCallPlan(ftyp, true, false), abi.FuncPCABIInternal(runMethodValue)),
		method:       method,
		rcvr:         rcvr,
	}
	// A method that may not be called panics now and not at the call.
	methodReceiver(op, fv.rcvr, fv.method)
	return Value{ftyp.Common(), unsafe.Pointer(fv), v.flag&flagRO | flag(Func)}
}

// runMethodValue is the handler of a methodValue: the frame has room for the receiver, which is no argument of the
// stub but one of the method.
//
//go:wrapper
func runMethodValue(c *methodValue, registers unsafe.Pointer) unsafe.Pointer {
	rcvrType, methodType, fn := methodReceiver("call", c.rcvr, c.method)
	frameType, _, _ := funcLayout(methodType, rcvrType)
	frame := unsafe_New(frameType)
	takeArguments(c.plan, registers, frame)
	storeRcvr(c.rcvr, frame)
	callFrame(planOfFrame(frameType), fn, frame)
	return giveResults(c.plan, registers, frame)
}

// methodValueCallCodePtr is what Value.Pointer gives for method values.
func methodValueCallCodePtr() uintptr { return abi.FuncPCABI0(makeFuncStub) }

// callPlans has the plans of frame types, *abi.Type to *callPlan.
var callPlans sync.Map

// planOfFrame returns the plan of a frame type that funcLayout made. The signature is in funcLayout's cache only, which
// is keyed by it; plans of all that is there are made at once.
func planOfFrame(frameType *abi.Type) *callPlan {
	if plan, ok := callPlans.Load(frameType); ok {
		return plan.(*callPlan)
	}
	layoutCache.Range(func(key, layout any) bool {
		k, t := key.(layoutKey), layout.(layoutType).t
		if _, ok := callPlans.Load(t); !ok {
			callPlans.LoadOrStore(t, newCallPlan(k.ftyp, k.rcvr != nil, k.rcvr != nil))
		}
		return true
	})
	plan, _ := callPlans.Load(frameType)
	return plan.(*callPlan)
}

// callWithFrame is what reflect calls as its `call`: frame, laid out as frameType says, has the arguments and takes the results. closure
// points to the code's address.
//
//go:wrapper
//go:linkname callWithFrame runtime.reflectcall
func callWithFrame(frameType *abi.Type, closure, frame unsafe.Pointer, _, _, _ uint32, _ *abi.RegArgs) {
	callFrame(planOfFrame(frameType), closure, frame)
}
