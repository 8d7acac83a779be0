// spec: Goto statements, Labeled statements, Label scopes, Blocks, Declarations and scope, Uniqueness of identifiers, Blank identifier, Short variable declarations, Variable declarations, Identifiers, Letters and digits, Characters
// needs: println

package main

func countdown(n int) {
again:
	print(n, " ")
	n--
	if n > 0 {
		goto again
	}
	println()
}

// a small state machine written with jumps: accepts (ab)*c
func accepts(s string) bool {
	i := 0
start:
	if i >= len(s) {
		goto fail
	}
	if s[i] == 'c' {
		i++
		goto end
	}
	if s[i] != 'a' {
		goto fail
	}
	i++
	if i < len(s) && s[i] == 'b' {
		i++
		goto start
	}
fail:
	return false
end:
	return i == len(s)
}

var x = "package"

func shadow(x int) int {
	println("param", x)
	{
		x := x * 2
		println("block", x)
		if x := x + 1; x > 0 {
			println("if", x)
			x := "string"
			println("inner", x)
		}
		x++
		println("block", x)
	}
	for x := 0; x < 2; x++ {
		x := x + 100
		println("loop", x)
	}
	return x
}

func pair() (int, string) { return 42, "answer" }

func redeclare() {
	a, b := 1, 2
	p := &a
	a, c := 10, 3
	println(a, b, c, *p)
	_, s := pair()
	n, _ := pair()
	println(n, s)
	var _ = n
	_ = s
}

func labels() {
	// labels do not conflict with other identifiers
	x := 0
x:
	for i := 0; i < 5; i++ {
		for {
			x += i
			if x > 5 {
				break x
			}
			continue x
		}
	}
	println("x", x)
}

// predeclared identifiers may be shadowed
func predeclared() {
	true := false
	println(true)
	len := func(s string) int { return 7 }
	println(len("abc"))
	type int = string
	var s int = "still a string"
	println(s)
	nil := 3
	println(nil)
}

func unicodeNames() {
	größe := 3
	日本 := "nihon"
	_x9 := größe + 1
	Ω := _x9 * 2
	println(größe, 日本, _x9, Ω)
}

func main() {
	countdown(5)
	println(accepts("c"), accepts("ababc"), accepts("aba"), accepts(""), accepts("abcc"))
	println(x)
	println(shadow(5))
	println(x)
	redeclare()
	labels()
	predeclared()
	unicodeNames()
	i := 0
	goto middle
back:
	i += 10
	if i > 30 {
		goto done
	}
middle:
	i++
	goto back
done:
	println(i)
}
