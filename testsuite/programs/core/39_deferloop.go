// spec: Defer statements, For statements, Goto statements, For statements with range clause, Go statements
// needs: println

// Deferred calls before, in and after loops, while stacks grow, shrink and move.
package main

func deep(n int) int {
	var a [100]int
	a[n%100] = n
	if n > 0 {
		a[(n+1)%100] += deep(n - 1)
	}
	return a[n%100]
}

func loop(n int) (res int) {
	defer func() { res *= 10 }()
	for i := range n {
		defer func() { res += i }()
	}
	defer func() { res *= 3 }()
	deep(n * 100)
	return 1
}

func seq(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func over(n int) (res int) {
	defer func() { res *= 10 }()
	for i := range seq(n) {
		defer func() { res += i }()
		if i == 3 {
			deep(300)
			return i
		}
	}
	return -1
}

func again(n int) (res int) {
	i := 0
	defer func() { res = res*10 + i }()
start:
	defer func(j int) { res += j }(i)
	i++
	if i < n {
		goto start
	}
	defer func() { deep(200); res++ }()
	return i
}

func nested(n int) (res int) {
	defer func() { res += 1000 }()
	for i := range n {
		func() {
			defer func() { res *= 2 }()
			if i%2 == 0 {
				defer func() { res += i }()
			}
			deep(i * 50)
		}()
	}
	return
}

func recovered(n int) (res int) {
	defer func() { res += recover().(int) }()
	for i := range n {
		defer func() {
			res += i
			if i == 2 {
				panic(res + recover().(int))
			}
		}()
	}
	deep(500)
	panic(n)
}

func main() {
	done := make(chan int)
	for _, f := range []func(int) int{loop, over, again, nested, recovered} {
		println(f(7))
		go func() { done <- f(5) }()
		println(<-done)
	}
}
