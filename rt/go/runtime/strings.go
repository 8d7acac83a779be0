// Strings: concatenation, comparison and conversions.
//
// Fresh string bytes are allocated unzeroed and written once before the string exists.

package runtime

import (
	_ "internal/bytealg" // cmpstring
	"unsafe"
)

const (
	runeError = '\uFFFD'
	runeSelf  = 0x80
	maxRune   = '\U0010FFFF'
)

// The functions here that make strings and slices take a buffer first: room in the frame of a caller that does not let
// the result escape, or nil. The compiler's escape analysis knows them by name and passes the buffer, so they must stay
// calls.
type (
	byteBuffer [32]byte
	runeBuffer [32]rune
)

// rawstring finds room for n bytes and returns them both as a string and for writing.
func rawstring(buf *byteBuffer, n int) (string, []byte) {
	var p *byte
	if buf != nil && n <= len(buf) {
		p = &buf[0]
	} else {
		p = (*byte)(mallocgc(uintptr(n), nil, false))
	}
	return unsafe.String(p, n), unsafe.Slice(p, n)
}

// rawbyteslice finds room for n bytes, of a size class; what lies behind n is zero.
func rawbyteslice(buf *byteBuffer, n int) []byte {
	if buf != nil && n <= len(buf) {
		*buf = byteBuffer{}
		return buf[:n]
	}
	c := roundupsize(uintptr(n), true)
	p := mallocgc(c, nil, false)
	rt_memclr(add(p, uintptr(n)), c-uintptr(n))
	return unsafe.Slice((*byte)(p), int(c))[:n]
}

func copyString(dst []byte, s string) int {
	n := min(len(s), len(dst))
	if n > 0 {
		rt_memmove(unsafe.Pointer(&dst[0]), unsafe.Pointer(unsafe.StringData(s)), uintptr(n))
	}
	return n
}

//go:noinline
func concatstrings(buf *byteBuffer, first *string, n int) string {
	parts := unsafe.Slice(first, n)
	total, used, last := 0, 0, 0
	for i, s := range parts {
		if len(s) == 0 {
			continue
		}
		total += len(s)
		if total < 0 {
			throw("string concatenation too long")
		}
		used++
		last = i
	}
	if used == 0 {
		return ""
	}
	if used == 1 {
		return parts[last]
	}
	s, b := rawstring(buf, total)
	at := 0
	for _, part := range parts {
		at += copyString(b[at:], part)
	}
	return s
}

//go:noinline
func concatstring2(buf *byteBuffer, a, b string) string {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	n := len(a) + len(b)
	if n < 0 {
		throw("string concatenation too long")
	}
	s, to := rawstring(buf, n)
	rt_memmove(unsafe.Pointer(&to[0]), unsafe.Pointer(unsafe.StringData(a)), uintptr(len(a)))
	rt_memmove(unsafe.Pointer(&to[len(a)]), unsafe.Pointer(unsafe.StringData(b)), uintptr(len(b)))
	return s
}

//go:noinline
func concatbytes(buf *byteBuffer, first *string, n int) []byte {
	parts := unsafe.Slice(first, n)
	total := 0
	for _, s := range parts {
		total += len(s)
		if total < 0 {
			throw("string concatenation too long")
		}
	}
	if total == 0 {
		return []byte{}
	}
	b := rawbyteslice(buf, total)
	at := 0
	for _, part := range parts {
		at += copyString(b[at:], part)
	}
	return b
}

// In package internal/bytealg's assembly.
func cmpstring(a, b string) int

func strequalfn(a, b string) bool {
	return len(a) == len(b) &&
		rt_memequal(unsafe.Pointer(unsafe.StringData(a)), unsafe.Pointer(unsafe.StringData(b)), uintptr(len(a))) != 0
}

//go:noinline
func slicebytetostring(buf *byteBuffer, b []byte) string {
	switch len(b) {
	case 0:
		return ""
	case 1:
		p := (*byte)(unsafe.Pointer(&staticuint64s[b[0]]))
		if bigEndian {
			p = (*byte)(add(unsafe.Pointer(p), 7))
		}
		return unsafe.String(p, 1)
	}
	s, to := rawstring(buf, len(b))
	rt_memmove(unsafe.Pointer(&to[0]), unsafe.Pointer(&b[0]), uintptr(len(b)))
	return s
}

//go:noinline
func stringtoslicebyte(buf *byteBuffer, s string) []byte {
	b := rawbyteslice(buf, len(s))
	copyString(b, s)
	return b
}

// decoderune decodes the rune at s[k:] and returns the index behind it; bad bytes are RuneError, one each.
func decoderune(s string, k int) (r rune, next int) {
	c := s[k]
	if c < runeSelf {
		return rune(c), k + 1
	}
	size, low := 0, byte(0x80)
	high := byte(0xBF)
	switch {
	case c >= 0xC2 && c <= 0xDF:
		size, r = 2, rune(c&0x1F)
	case c >= 0xE0 && c <= 0xEF:
		size, r = 3, rune(c&0x0F)
		if c == 0xE0 {
			low = 0xA0 // else overlong
		} else if c == 0xED {
			high = 0x9F // else a surrogate
		}
	case c >= 0xF0 && c <= 0xF4:
		size, r = 4, rune(c&0x07)
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F
		}
	default:
		return runeError, k + 1
	}
	if len(s)-k < size {
		return runeError, k + 1
	}
	for i := 1; i < size; i++ {
		c := s[k+i]
		if c < low || c > high {
			return runeError, k + 1
		}
		low, high = 0x80, 0xBF
		r = r<<6 | rune(c&0x3F)
	}
	return r, k + size
}

// encoderune writes r's UTF-8 form, RuneError's for invalid runes, and returns its length.
func encoderune(p *[4]byte, r rune) int {
	if uint32(r) > maxRune || r >= 0xD800 && r <= 0xDFFF {
		r = runeError
	}
	switch {
	case r < 0x80:
		p[0] = byte(r)
		return 1
	case r < 0x800:
		p[0], p[1] = byte(0xC0|r>>6), byte(0x80|r&0x3F)
		return 2
	case r < 0x10000:
		p[0], p[1], p[2] = byte(0xE0|r>>12), byte(0x80|r>>6&0x3F), byte(0x80|r&0x3F)
		return 3
	}
	p[0], p[1], p[2], p[3] = byte(0xF0|r>>18), byte(0x80|r>>12&0x3F), byte(0x80|r>>6&0x3F), byte(0x80|r&0x3F)
	return 4
}

func countrunes(s string) int {
	n := 0
	for k := 0; k < len(s); n++ {
		if s[k] < runeSelf {
			k++
		} else {
			_, k = decoderune(s, k)
		}
	}
	return n
}

//go:noinline
func intstring(buf *byteBuffer, v int64) string {
	r := rune(v)
	if int64(r) != v {
		r = runeError
	}
	var bytes [4]byte
	n := encoderune(&bytes, r)
	s, b := rawstring(buf, n)
	for i := range b {
		b[i] = bytes[i]
	}
	return s
}

//go:noinline
func stringtoslicerune(buf *runeBuffer, s string) []rune {
	n := countrunes(s)
	var runes []rune
	if buf != nil && n <= len(buf) {
		*buf = runeBuffer{}
		runes = buf[:n]
	} else {
		bytes := roundupsize(uintptr(n)*4, true)
		p := mallocgc(bytes, nil, true)
		runes = unsafe.Slice((*rune)(p), int(bytes/4))[:n]
	}
	for i, k := 0, 0; k < len(s); i++ {
		runes[i], k = decoderune(s, k)
	}
	return runes
}

//go:noinline
func slicerunetostring(buf *byteBuffer, runes []rune) string {
	var bytes [4]byte
	n := 0
	for _, r := range runes {
		n += encoderune(&bytes, r)
	}
	if n == 0 {
		return ""
	}
	s, b := rawstring(buf, n)
	at := 0
	for _, r := range runes {
		// What has changed meanwhile must not write past the end.
		k := encoderune(&bytes, r)
		for i := 0; i < k && at < len(b); i++ {
			b[at] = bytes[i]
			at++
		}
	}
	return s
}

// cstrlen is the length of a NUL-terminated string.
func cstrlen(p *byte) int {
	if p == nil {
		return 0
	}
	n := 0
	for *(*byte)(add(unsafe.Pointer(p), uintptr(n))) != 0 {
		n++
	}
	return n
}

// gostringnocopy is a string over NUL-terminated bytes that never change.
func gostringnocopy(p *byte) string {
	return unsafe.String(p, cstrlen(p))
}

func gostring(p *byte) string {
	return slicebytetostring(nil, unsafe.Slice(p, cstrlen(p)))
}
