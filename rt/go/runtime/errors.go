// The runtime's error values: what recover returns for run-time panics, with gc's texts.

package runtime

import (
	"internal/abi"
	"internal/strconv"
)

// An Error is a run-time panic's value.
type Error interface {
	error
	// RuntimeError marks the type.
	RuntimeError()
}

// A TypeAssertionError is the panic of a failed type assertion.
type TypeAssertionError struct {
	_interface    *_type
	concrete      *_type
	asserted      *_type
	missingMethod string
}

func (*TypeAssertionError) RuntimeError() {}

func (e *TypeAssertionError) Error() string {
	want := typeString(e.asserted)
	static := "interface"
	if e._interface != nil {
		static = typeString(e._interface)
	}
	const head = "interface conversion: "
	switch {
	case e.concrete == nil:
		return head + static + " is nil, not " + want
	case e.missingMethod != "":
		return head + typeString(e.concrete) + " is not " + want + ": missing method " + e.missingMethod
	}
	have := typeString(e.concrete)
	text := head + static + " is " + have + ", not " + want
	if have == want {
		if typePkgPath(e.concrete) != typePkgPath(e.asserted) {
			text += " (types from different packages)"
		} else {
			text += " (types from different scopes)"
		}
	}
	return text
}

// errorString is a run-time error of a fixed text.
type errorString string

func (errorString) RuntimeError()   {}
func (e errorString) Error() string { return "runtime error: " + string(e) }

// errorAddressString is a fault at a known address.
type errorAddressString struct {
	msg  string
	addr uintptr
}

func (errorAddressString) RuntimeError()   {}
func (e errorAddressString) Error() string { return "runtime error: " + e.msg }

// Addr is the faulting address.
func (e errorAddressString) Addr() uintptr { return e.addr }

// plainError is an error whose text has no prefix.
type plainError string

func (plainError) RuntimeError()   {}
func (e plainError) Error() string { return string(e) }

// A PanicNilError is what panic(nil) panics with.
type PanicNilError struct {
	_ [0]func() // not comparable
}

func (*PanicNilError) RuntimeError() {}
func (*PanicNilError) Error() string { return "panic called with nil argument" }

// boundsError is an index or slice expression out of range: x is the offending operand, y the limit.
type boundsError struct {
	x      int64
	y      int
	signed bool
	code   abi.BoundsErrorCode
}

func (boundsError) RuntimeError() {}

func (e boundsError) Error() string {
	const slicing = "slice bounds out of range "
	x := strconv.FormatUint(uint64(e.x), 10)
	negative := e.signed && e.x < 0
	if negative {
		x = strconv.FormatInt(e.x, 10)
	}
	y := strconv.Itoa(e.y)
	text := "runtime error: "
	limit := ""
	switch e.code {
	case abi.BoundsIndex:
		text += "index out of range [" + x + "]"
		limit = " with length " + y
	case abi.BoundsSliceAlen:
		text += slicing + "[:" + x + "]"
		limit = " with length " + y
	case abi.BoundsSliceAcap:
		text += slicing + "[:" + x + "]"
		limit = " with capacity " + y
	case abi.BoundsSlice3Alen:
		text += slicing + "[::" + x + "]"
		limit = " with length " + y
	case abi.BoundsSlice3Acap:
		text += slicing + "[::" + x + "]"
		limit = " with capacity " + y
	case abi.BoundsConvert:
		return text + "cannot convert slice with length " + y + " to array or pointer to array with length " + x
	// The other operand stands inside the brackets, and is left out when x is negative.
	case abi.BoundsSliceB:
		if negative {
			return text + slicing + "[" + x + ":]"
		}
		return text + slicing + "[" + x + ":" + y + "]"
	case abi.BoundsSlice3B:
		if negative {
			return text + slicing + "[:" + x + ":]"
		}
		return text + slicing + "[:" + x + ":" + y + "]"
	case abi.BoundsSlice3C:
		if negative {
			return text + slicing + "[" + x + "::]"
		}
		return text + slicing + "[" + x + ":" + y + ":]"
	}
	if negative {
		return text
	}
	return text + limit
}

// printpanicval prints a panic's value: its text, or what it is.
func printpanicval(v any) {
	switch x := v.(type) {
	case nil:
		printstring("nil")
	case bool:
		printbool(x)
	case int:
		printint(int64(x))
	case int8:
		printint(int64(x))
	case int16:
		printint(int64(x))
	case int32:
		printint(int64(x))
	case int64:
		printint(x)
	case uint:
		printuint(uint64(x))
	case uint8:
		printuint(uint64(x))
	case uint16:
		printuint(uint64(x))
	case uint32:
		printuint(uint64(x))
	case uint64:
		printuint(x)
	case uintptr:
		printuint(uint64(x))
	case float32:
		printfloat32(x)
	case float64:
		printfloat64(x)
	case complex64:
		printcomplex64(x)
	case complex128:
		printcomplex128(x)
	case string:
		printindented(x)
	default:
		printother(v)
	}
}

// printother prints a value of a named basic type as T(v), any other as (T) address.
func printother(v any) {
	e := efaceOf(&v)
	name := typeString(e._type)
	kind := e._type.Kind()
	p := e.data
	if kind < abi.Bool || kind > abi.Complex128 && kind != abi.String {
		printstring("(")
		printstring(name)
		printstring(") ")
		printpointer(p)
		return
	}
	printstring(name)
	if kind != abi.Complex64 && kind != abi.Complex128 { // a complex value has parentheses of its own
		printstring("(")
	}
	switch kind {
	case abi.Bool:
		printbool(*(*bool)(p))
	case abi.Int, abi.Int64:
		printint(*(*int64)(p))
	case abi.Int8:
		printint(int64(*(*int8)(p)))
	case abi.Int16:
		printint(int64(*(*int16)(p)))
	case abi.Int32:
		printint(int64(*(*int32)(p)))
	case abi.Uint, abi.Uint64, abi.Uintptr:
		printuint(*(*uint64)(p))
	case abi.Uint8:
		printuint(uint64(*(*uint8)(p)))
	case abi.Uint16:
		printuint(uint64(*(*uint16)(p)))
	case abi.Uint32:
		printuint(uint64(*(*uint32)(p)))
	case abi.Float32:
		printfloat32(*(*float32)(p))
	case abi.Float64:
		printfloat64(*(*float64)(p))
	case abi.Complex64:
		printcomplex64(*(*complex64)(p))
		return
	case abi.Complex128:
		printcomplex128(*(*complex128)(p))
		return
	case abi.String:
		printstring(`"`)
		printindented(*(*string)(p))
		printstring(`"`)
	}
	printstring(")")
}
