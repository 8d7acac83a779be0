// spec: For statements with for clause, For statements with range clause
// needs: println

//go:build go1.21

package main

// A file written for Go 1.21 in a newer module: its loops have one variable for all iterations.

func clause() (funcs []func() int) {
	for i, n := 0, 10; i < 3; i, n = i+1, n*2 {
		funcs = append(funcs, func() int { n++; return i*1000 + n })
	}
	return funcs
}

func ranges() (funcs []func() string) {
	for i, s := range []string{"a", "b", "c"} {
		i := i
		funcs = append(funcs, func() string { s += string(rune('0' + i)); return s })
	}
	return funcs
}

func pointers(m map[string]int) (keys []*string) {
	for k, v := range m {
		v++
		keys = append(keys, &k)
	}
	return keys
}

func nested() (sum int) {
	var f func() int
	for i := 0; i < 4; i++ {
		for j := range [2]bool{} {
			if f == nil {
				f = func() int { return i*10 + j }
			}
			sum = sum*3 + f()
		}
	}
	return sum
}

func main() {
	for _, f := range clause() {
		println(f())
	}
	for _, f := range ranges() {
		println(f())
	}
	keys := pointers(map[string]int{"x": 1, "y": 2, "z": 3})
	println(keys[0] == keys[1], keys[1] == keys[2], *keys[0] == *keys[2])
	println(nested())
}
