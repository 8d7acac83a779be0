// spec: Statements, For statements, For statements with single condition, For statements with for clause, For statements with range clause, If statements, Break statements, Continue statements, Labeled statements, Label scopes, IncDec statements, Empty statements, Blocks
// needs: println

package main

func collatz(n int) (steps int) {
	for n != 1 {
		if n%2 == 0 {
			n /= 2
		} else {
			n = 3*n + 1
		}
		steps++
	}
	return
}

func sign(x int) string {
	if x < 0 {
		return "neg"
	} else if x == 0 {
		return "zero"
	} else {
		return "pos"
	}
}

func primes(limit int) int {
	count := 0
outer:
	for i := 2; i < limit; i++ {
		for j := 2; j*j <= i; j++ {
			if i%j == 0 {
				continue outer
			}
		}
		count++
	}
	return count
}

func find(grid [4][5]int, want int) (int, int) {
	var r, c int
search:
	for r = 0; r < len(grid); r++ {
		for c = 0; c < len(grid[r]); c++ {
			if grid[r][c] == want {
				break search
			}
		}
	}
	return r, c
}

func sideEffect(p *int) int {
	*p++
	return 4
}

func main() {
	println(collatz(1), collatz(7), collatz(27), collatz(97))
	println(sign(-4), sign(0), sign(9))
	println(primes(100), primes(1000))

	var g [4][5]int
	for i := range g {
		for j := range g[i] {
			g[i][j] = i*10 + j
		}
	}
	r, c := find(g, 23)
	println(r, c)
	r, c = find(g, 99)
	println(r, c)

	// range over int
	sum := 0
	for i := range 10 {
		sum += i
	}
	println("sum", sum)
	times := 0
	for range 5 {
		times++
	}
	println("times", times)
	for i := range int8(3) {
		println("int8", i)
	}
	for range 0 {
		println("never")
	}
	for range -3 {
		println("never")
	}
	// the limit is evaluated once
	calls := 0
	for i := range sideEffect(&calls) {
		sum += i
	}
	println(sum, calls)
	const typed uint16 = 4
	for i := range typed {
		if i == 3 {
			println("typed", i)
		}
	}
	// changing i in the body does not change the iteration
	for i := range 4 {
		print(i, " ")
		i += 10
		print(i, " ")
	}
	println()

	// for clause with missing parts
	i := 0
	for i < 3 {
		i++
	}
	for ; i < 6; i++ {
	}
	for i < 9 {
		i += 2
	}
	for {
		i++
		if i > 20 {
			break
		}
	}
	println("i", i)

	// two variables
	for a, b := 0, 10; a < b; a, b = a+1, b-2 {
		println("ab", a, b)
	}

	// if with init and scope
	if x := i * 2; x > 100 {
		println("big", x)
	} else if y := x + 1; y%2 == 1 {
		println("odd", x, y)
	} else {
		println("other", x, y)
	}

	// labelled blocks and nested loops
	n := 0
L1:
	for a := 0; ; a++ {
	L2:
		for b := 0; ; b++ {
			for c := 0; ; c++ {
				n++
				switch {
				case c == 3:
					continue L2
				case b == 3:
					continue L1
				case a == 3:
					break L1
				}
			}
		}
	}
	println("n", n)

blk:
	switch {
	case n > 0:
		if n > 1 {
			break blk
		}
		println("not here")
	}

	println("end")
}
