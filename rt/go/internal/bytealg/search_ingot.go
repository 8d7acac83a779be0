// Searching, counting and comparing bytes: eight at a time.

package bytealg

import (
	"internal/runtime/sys"
	"unsafe"
)

// MaxBruteForce of 0 says that Index and IndexString are not to be called: callers search by hash or by first byte.
const MaxBruteForce = 0

func Index(a, b []byte) int       { panic("bytealg: no short search") }
func IndexString(a, b string) int { panic("bytealg: no short search") }

// Cutover is only asked where Index serves.
func Cutover(n int) int { panic("bytealg: no short search") }

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

func word(p unsafe.Pointer, i int) uint64 { return *(*uint64)(unsafe.Add(p, i)) }

// zeroBytes has the high bit of each zero byte of w set, and of no byte below the first such.
func zeroBytes(w uint64) uint64 { return (w - ones) &^ w & highs }

func indexByte(p unsafe.Pointer, n int, c byte) int {
	pattern := ones * uint64(c)
	i := 0
	for ; i+8 <= n; i += 8 {
		if z := zeroBytes(word(p, i) ^ pattern); z != 0 {
			return i + sys.TrailingZeros64(z)>>3
		}
	}
	for ; i < n; i++ {
		if *(*byte)(unsafe.Add(p, i)) == c {
			return i
		}
	}
	return -1
}

// IndexByte is the first place of c in b, or -1.
func IndexByte(b []byte, c byte) int {
	return indexByte(unsafe.Pointer(unsafe.SliceData(b)), len(b), c)
}

// IndexByteString is the first place of c in s, or -1.
func IndexByteString(s string, c byte) int {
	return indexByte(unsafe.Pointer(unsafe.StringData(s)), len(s), c)
}

// count adds up, in each byte of a word, how often the byte at that place was c; 255 rounds fit a byte.
func count(p unsafe.Pointer, n int, c byte) int {
	pattern := ones * uint64(c)
	total, i := 0, 0
	for i+8 <= n {
		sums := uint64(0)
		for round := 0; round < 255 && i+8 <= n; round++ {
			w := word(p, i) ^ pattern
			// The high bit of each byte that is not zero, carries between bytes avoided.
			nonzero := ((w &^ highs) + ^uint64(highs) | w) & highs
			sums += (^nonzero & highs) >> 7
			i += 8
		}
		for ; sums != 0; sums >>= 8 {
			total += int(sums & 0xff)
		}
	}
	for ; i < n; i++ {
		if *(*byte)(unsafe.Add(p, i)) == c {
			total++
		}
	}
	return total
}

// Count is how often c occurs in b.
func Count(b []byte, c byte) int { return count(unsafe.Pointer(unsafe.SliceData(b)), len(b), c) }

// CountString is how often c occurs in s.
func CountString(s string, c byte) int {
	return count(unsafe.Pointer(unsafe.StringData(s)), len(s), c)
}

func compare(p unsafe.Pointer, np int, q unsafe.Pointer, nq int) int {
	n := min(np, nq)
	i := 0
	if p != q {
		for ; i+8 <= n; i += 8 {
			a, b := word(p, i), word(q, i)
			if a != b {
				if sys.Bswap64(a) < sys.Bswap64(b) {
					return -1
				}
				return 1
			}
		}
		for ; i < n; i++ {
			a, b := *(*byte)(unsafe.Add(p, i)), *(*byte)(unsafe.Add(q, i))
			if a != b {
				if a < b {
					return -1
				}
				return 1
			}
		}
	}
	switch {
	case np < nq:
		return -1
	case np > nq:
		return 1
	}
	return 0
}

// Compare orders byte slices: -1, 0 or 1.
func Compare(a, b []byte) int {
	return compare(unsafe.Pointer(unsafe.SliceData(a)), len(a), unsafe.Pointer(unsafe.SliceData(b)), len(b))
}

// CompareString orders strings: -1, 0 or 1.
func CompareString(a, b string) int {
	return compare(unsafe.Pointer(unsafe.StringData(a)), len(a), unsafe.Pointer(unsafe.StringData(b)), len(b))
}
