// What print and println compile to, and the runtime's own messages: unbuffered text on standard error.
//
// A statement's pieces are gathered in one buffer, owned by the goroutine that holds the print lock (which nests), and
// written when the outermost printunlock or a full buffer says so.

package runtime

import (
	"internal/runtime/atomic"
	"internal/strconv"
	"unsafe"
)

var printer struct {
	lock  uint32
	owner uintptr
	depth int
	n     int
	buf   [1024]byte
	sink  []byte // if not nil: where text goes instead, as far as it fits
	full  int
}

func printlock() {
	g := rt_getg()
	if printer.owner != g {
		for !atomic.Cas(&printer.lock, 0, 1) {
			rt_gosched() // the holder may be preempted
		}
		printer.owner = g
	}
	printer.depth++
}

func printunlock() {
	printer.depth--
	if printer.depth == 0 {
		printflush()
		printer.owner = 0
		atomic.Store(&printer.lock, 0)
	}
}

func printflush() {
	off := 0
	for off < printer.n {
		k := rt_write(2, unsafe.Pointer(&printer.buf[off]), uintptr(printer.n-off))
		if k <= 0 {
			break
		}
		off += k
	}
	printer.n = 0
}

func printbyte(c byte) {
	if printer.sink != nil {
		if printer.full < len(printer.sink) {
			printer.sink[printer.full] = c
			printer.full++
		}
		return
	}
	if printer.n == len(printer.buf) {
		printflush()
	}
	printer.buf[printer.n] = c
	printer.n++
}

func printstring(s string) {
	printlock()
	for i := 0; i < len(s); i++ {
		printbyte(s[i])
	}
	printunlock()
}

// printcstring prints a NUL-terminated string.
func printcstring(p *byte) { printstring(gostringnocopy(p)) }

func printsp() { printstring(" ") }
func printnl() { printstring("\n") }

func printbool(b bool) {
	if b {
		printstring("true")
	} else {
		printstring("false")
	}
}

func printuint(v uint64) {
	var digits [20]byte
	i := len(digits)
	for {
		i--
		digits[i] = byte('0' + v%10)
		v /= 10
		if v == 0 {
			break
		}
	}
	printlock()
	for ; i < len(digits); i++ {
		printbyte(digits[i])
	}
	printunlock()
}

func printint(v int64) {
	printlock()
	if v < 0 {
		printbyte('-')
		v = -v
	}
	printuint(uint64(v))
	printunlock()
}

func printhex(v uint64) {
	printlock()
	printbyte('0')
	printbyte('x')
	shift := 60
	for shift > 0 && v>>uint(shift) == 0 {
		shift -= 4
	}
	for ; shift >= 0; shift -= 4 {
		printbyte("0123456789abcdef"[v>>uint(shift)&15])
	}
	printunlock()
}

func printhexopts(v uint64)         { printhex(v) }
func printuintptr(p uintptr)        { printuint(uint64(p)) }
func printpointer(p unsafe.Pointer) { printhex(uint64(uintptr(p))) }

func printfloat64(v float64) {
	var b [32]byte
	printbytes(strconv.AppendFloat(b[:0], v, 'g', -1, 64))
}

func printfloat32(v float32) {
	var b [32]byte
	printbytes(strconv.AppendFloat(b[:0], float64(v), 'g', -1, 32))
}

func printcomplex128(c complex128) {
	var b [64]byte
	printbytes(strconv.AppendComplex(b[:0], c, 'g', -1, 128))
}

func printcomplex64(c complex64) {
	var b [64]byte
	printbytes(strconv.AppendComplex(b[:0], complex128(c), 'g', -1, 64))
}

func printfloat(v float64)      { printfloat64(v) }
func printcomplex(c complex128) { printcomplex128(c) }

func printbytes(b []byte) {
	printlock()
	for _, c := range b {
		printbyte(c)
	}
	printunlock()
}

func printslice(s []byte) {
	w := (*slice)(unsafe.Pointer(&s))
	printlock()
	printbyte('[')
	printint(int64(w.len))
	printbyte('/')
	printint(int64(w.cap))
	printbyte(']')
	printpointer(w.array)
	printunlock()
}

func printwordpair(a, b unsafe.Pointer) {
	printlock()
	printbyte('(')
	printpointer(a)
	printbyte(',')
	printpointer(b)
	printbyte(')')
	printunlock()
}

func printeface(e any) {
	w := efaceOf(&e)
	printwordpair(unsafe.Pointer(w._type), w.data)
}

func printiface(tab *itab, data unsafe.Pointer) { printwordpair(unsafe.Pointer(tab), data) }

// printindented prints text of a message so that its further lines cannot be taken for a header.
func printindented(s string) {
	printlock()
	for i := 0; i < len(s); i++ {
		printbyte(s[i])
		if s[i] == '\n' {
			printbyte('\t')
		}
	}
	printunlock()
}
