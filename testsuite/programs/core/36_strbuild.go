// spec: String concatenation, String types, Conversions to and from a string type, Appending to and copying slices, Map types
// needs: println

package main

type builder struct{ buf []byte }

func (b *builder) str(s string) *builder { b.buf = append(b.buf, s...); return b }
func (b *builder) byte(c byte) *builder  { b.buf = append(b.buf, c); return b }
func (b *builder) int(n int) *builder {
	if n < 0 {
		b.byte('-')
		if n == -1<<63 {
			return b.str("9223372036854775808")
		}
		n = -n
	}
	if n >= 10 {
		b.int(n / 10)
	}
	return b.byte('0' + byte(n%10))
}
func (b *builder) hex(n uint64) *builder {
	const digits = "0123456789abcdef"
	if n >= 16 {
		b.hex(n >> 4)
	}
	return b.byte(digits[n&15])
}
func (b *builder) pad(s string, width int) *builder {
	for range width - len(s) {
		b.byte(' ')
	}
	return b.str(s)
}
func (b *builder) String() string { return string(b.buf) }

func split(s string, sep byte) (out []string) {
	start := 0
	for i := range len(s) {
		if s[i] == sep {
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

func join(xs []string, sep string) string {
	switch len(xs) {
	case 0:
		return ""
	case 1:
		return xs[0]
	}
	return xs[0] + sep + join(xs[1:], sep)
}

func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

func repeat(s string, n int) (r string) {
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			r += s
		}
		s += s
	}
	return
}

func contains(s, t string) bool {
	for i := 0; i+len(t) <= len(s); i++ {
		if s[i:i+len(t)] == t {
			return true
		}
	}
	return false
}

func replace(s, old, new string) string {
	out := ""
	for len(s) > 0 {
		if len(s) >= len(old) && s[:len(old)] == old {
			out += new
			s = s[len(old):]
		} else {
			out += s[:1]
			s = s[1:]
		}
	}
	return out
}

func atoi(s string) (n int, ok bool) {
	if s == "" {
		return 0, false
	}
	neg := s[0] == '-'
	if neg {
		s = s[1:]
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	if neg {
		n = -n
	}
	return n, len(s) > 0
}

func trim(s string) string {
	for len(s) > 0 && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for len(s) > 0 && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

func rot13(s string) string {
	rs := []rune(s)
	for i, r := range rs {
		switch {
		case r >= 'a' && r <= 'z':
			rs[i] = 'a' + (r-'a'+13)%26
		case r >= 'A' && r <= 'Z':
			rs[i] = 'A' + (r-'A'+13)%26
		}
	}
	return string(rs)
}

func palindrome(s string) bool {
	rs := []rune(s)
	for i, j := 0, len(rs)-1; i < j; i, j = i+1, j-1 {
		if rs[i] != rs[j] {
			return false
		}
	}
	return true
}

func distance(a, b string) int {
	ra, rb := []rune(a), []rune(b)
	prev := make([]int, len(rb)+1)
	for j := range prev {
		prev[j] = j
	}
	for i, x := range ra {
		cur := make([]int, len(rb)+1)
		cur[0] = i + 1
		for j, y := range rb {
			cost := 1
			if x == y {
				cost = 0
			}
			cur[j+1] = min(cur[j]+1, prev[j+1]+1, prev[j]+cost)
		}
		prev = cur
	}
	return prev[len(rb)]
}

func rle(s string) string {
	var b builder
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		b.int(j - i).byte(s[i])
		i = j
	}
	return b.String()
}

func main() {
	var b builder
	b.str("n=").int(-42).byte(',').int(0).byte(',').int(1<<63 - 1).byte(',').int(-1 << 63).str(" h=").hex(0xdeadbeef)
	println(b.String(), len(b.buf))
	parts := split("a,bb,,ccc,", ',')
	println(len(parts), join(parts, "|"), join(nil, "x"), join(split("", ','), "-") == "")
	println(upper("hello, Wörld"), repeat("ab", 5), len(repeat("xyz", 1000)))
	println(contains("haystack", "st"), contains("haystack", "ts"), contains("", ""), replace("banana", "an", "<>"))
	for _, s := range []string{"0", "-17", "12345678901", "", "-", "1x"} {
		n, ok := atoi(s)
		print(n, ok, " ")
	}
	println()
	println("[" + trim(" \t a b \t") + "]" + trim("   ") + "[" + trim("x") + "]")
	println(rot13("Hello, Wörld!"), rot13(rot13("Round Trip")))
	println(palindrome("été"), palindrome("abca"), palindrome(""))
	println(distance("kitten", "sitting"), distance("", "abc"), distance("größe", "grosse"))
	println(rle("aaabccddddd"), rle(""))

	var table builder
	for i := 1; i <= 5; i++ {
		for j := 1; j <= 5; j++ {
			var cell builder
			table.pad(cell.int(i*j*j).String(), 5)
		}
		table.byte('\n')
	}
	print(table.String())

	// one concatenation of many operands
	x, y, z := "x", "", "zz"
	s := x + y + z + x + "lit" + z + y + x + "end"
	println(s, len(s), x+y == "x", y+y == "")
	s += s + s
	println(s)

	// strings stay what they were while bytes change
	buf := []byte("0123456789")
	snaps := []string{}
	for i := range buf {
		snaps = append(snaps, string(buf[:i+1]))
		buf[i] = '#'
	}
	println(join(snaps, " "))

	words := split("the quick brown fox jumps over the lazy dog the end", ' ')
	count := map[string]int{}
	for _, w := range words {
		count[w]++
	}
	for i := range words {
		for j := i; j > 0 && words[j] < words[j-1]; j-- {
			words[j], words[j-1] = words[j-1], words[j]
		}
	}
	last := ""
	for _, w := range words {
		if w != last {
			print(w, ":", count[w], " ")
		}
		last = w
	}
	println()
	long := ""
	for i := range 3000 {
		long += string(rune('a' + i%26))
	}
	h := uint64(14695981039346656037)
	for i := range len(long) {
		h = (h ^ uint64(long[i])) * 1099511628211
	}
	println(len(long), h, long[2990:])
}
