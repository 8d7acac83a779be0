// spec: Switch statements, Expression switches, Fallthrough statements, Break statements, Terminating statements
// needs: println

package main

func kind(c byte) string {
	switch {
	case c >= '0' && c <= '9':
		return "digit"
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		return "letter"
	case c == ' ':
		return "space"
	default:
		return "other"
	}
}

func dense(n int) int {
	switch n {
	case 0:
		return 10
	case 1:
		return 21
	case 2:
		return 32
	case 3:
		return 43
	case 4:
		return 54
	case 5:
		return 65
	case 6:
		return 76
	case 7:
		return 87
	case 8, 9, 10:
		return 99
	}
	return -1
}

func sparse(n int64) string {
	switch n {
	case -1 << 63:
		return "min"
	case 1<<63 - 1:
		return "max"
	case 1000000:
		return "million"
	case 0:
		return "nil"
	}
	return "?"
}

func str(s string) int {
	switch s {
	case "":
		return 0
	case "a", "b":
		return 1
	case "alpha":
		return 2
	case "alphb":
		return 3
	case "alphabet":
		return 4
	case "zeta":
		return 5
	case "beta":
		return 6
	case "gamma":
		return 7
	case "delta":
		return 8
	default:
		return -1
	}
}

func fall(n int) string {
	s := ""
	switch n {
	case 1:
		s += "1"
		fallthrough
	case 2:
		s += "2"
		fallthrough
	case 3:
		s += "3"
	case 4:
		s += "4"
		fallthrough
	default:
		s += "d"
	case 5:
		s += "5"
		if n == 5 {
			break
		}
		s += "never"
	}
	return s
}

var trace string

func ev(name string, v int) int {
	trace += name
	return v
}

func main() {
	for _, c := range []byte("a9 Z!") {
		println(kind(c))
	}
	for i := -1; i < 12; i++ {
		print(dense(i), " ")
	}
	println()
	println(sparse(-1<<63), sparse(1<<63-1), sparse(1000000), sparse(0), sparse(1))
	for _, s := range []string{"", "a", "b", "alpha", "alphb", "alphabet", "zeta", "beta", "gamma", "delta", "alph"} {
		print(str(s), " ")
	}
	println()
	for i := range 7 {
		println(i, fall(i))
	}

	// cases are evaluated left to right, top to bottom, and stop at the match
	switch ev("x", 2) {
	case ev("a", 1), ev("b", 2), ev("c", 3):
		trace += "!"
	case ev("d", 2):
		trace += "?"
	}
	println(trace)

	// default anywhere
	switch x := 5; {
	default:
		println("default", x)
	case x > 10:
		println("large")
	}
	switch x := 50; x {
	default:
		println("default", x)
	case 50:
		println("fifty")
	}
	switch {
	}
	switch f := 2.5; f {
	case 2.5:
		println("float match")
	}
	// interface against concrete
	var any1 any = 7
	switch any1 {
	case "7":
		println("string")
	case int64(7):
		println("int64")
	case 7:
		println("int")
	}
	// break out of a loop from a switch
	total := 0
loop:
	for i := 0; ; i++ {
		switch {
		case i == 3:
			continue
		case i > 6:
			break loop
		}
		total += i
	}
	println(total)
	// bool tags and arrays as tags
	switch true {
	case total > 1000:
		println("big")
	case total > 10:
		println("medium")
	}
	switch [2]int{1, 2} {
	case [2]int{2, 1}:
		println("swapped")
	case [2]int{1, 2}:
		println("same")
	}
}
