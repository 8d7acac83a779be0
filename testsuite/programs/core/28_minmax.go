// spec: Min and max, Built-in functions, Length and capacity, Predeclared identifiers, Boolean types, Logical operators, Go 1.21
// needs: println

package main

type Meters float64
type Word string

func minOf[T int | float64 | string](a T, b ...T) T {
	for _, x := range b {
		a = min(a, x)
	}
	return a
}

func maxOf[T ~int | ~string](a, b, c T) T { return max(a, b, c) }

var calls []string

func say(name string, v int) int {
	calls = append(calls, name)
	return v
}

func yes(name string) bool { calls = append(calls, name); return true }
func no(name string) bool  { calls = append(calls, name); return false }

func show() {
	for _, c := range calls {
		print(c, " ")
	}
	println()
	calls = nil
}

func clamp(x, lo, hi int) int { return max(lo, min(x, hi)) }

func xor(a, b bool) bool { return a != b }

func bits(bs ...bool) (n int) {
	for _, b := range bs {
		n <<= 1
		if b {
			n |= 1
		}
	}
	return
}

type Flag bool

func (f Flag) String() string {
	if f {
		return "on"
	}
	return "off"
}

func main() {
	a, b, c := 3, -7, 12
	println(min(a, b, c), max(a, b, c), min(a), max(b))
	println(min(int8(a), -128), max(uint8(a), 255), min(uint64(1<<63), 1<<62))
	println(min("b", "a", "ab"), max("b", "ba", "a"), min("", "x"), max(Word("q"), "r"))
	x, y := 1.5, 2.5
	println(min(x, y), max(x, y, 2), min(x, 1), max(Meters(3), Meters(x)))
	println(min(say("1", 3), say("2", 1), say("3", 2)))
	show()
	println(minOf(3, 1, 2), minOf("z", "y"), minOf(2.5), maxOf(1, 5, 3), maxOf("a", "c", "b"))
	println(clamp(5, 0, 3), clamp(-5, 0, 3), clamp(2, 0, 3))
	const k = min(1, 2.5, 'a')
	const s = max("const", "constant")
	var arr [min(3, 4)]int
	println(k, s, len(arr))
	var z, nz float64
	nz = -nz
	nan := z / z
	println(1/min(z, nz), 1/min(nz, z), 1/max(nz, z), min(nan, 1), max(1, nan), max(nan, nan))
	println(min(float32(nan), 1), max(x, 1/z), min(x, -1/z))

	// booleans
	println(yes("a") && no("b") && yes("c"))
	show()
	println(no("a") || yes("b") || yes("c"))
	show()
	println(no("a") && yes("b") || yes("c") && !no("d"))
	show()
	println(!(yes("a") || no("b")))
	show()
	for i := range 4 {
		p, q := i&1 != 0, i&2 != 0
		println(p && q, p || q, !p, xor(p, q), p == q, p != q)
	}
	println(bits(true, false, true, true), bits())
	f := Flag(a > b)
	println(f.String(), (!f).String(), (f && a == 3).String(), Flag(a == b || bool(f)).String())
	t := a < c
	t = t && b < a
	u := t == (a == 3)
	println(t, u)
	var bs [8]bool
	for i := range bs {
		bs[i] = i%3 == 0
	}
	println(bits(bs[:]...))
	if v := a > 2; v && !(b > 0) || c == 0 {
		println("taken")
	}
	n := 0
	for i := 0; i < 20 && !(i*i > 50); i++ {
		n += i
	}
	println(n)

	// len and cap of everything
	ch := make(chan int, 5)
	ch <- 1
	pa := &[7]string{}
	var np *[9]int
	println(len("héllo"), len(arr), len(pa), cap(pa), len(np), len(ch), cap(ch), len(map[int]int{1: 1}), len([]int(nil)), cap(arr[:1]), cap(arr[1:2:2]))
	println(len(""), len(`a\n`), len([...]int{9: 0}), len(struct{ a [4]int }{}.a))
	const cl = len([5]int{}) + cap([2]string{}) + len("const")
	println(cl)
}
