// spec: Map types, Map literals, Index expressions, Deletion of map elements, Clear, Length and capacity, For statements with range clause, Making slices, maps and channels
// needs: println

package main

type key struct {
	a int
	b string
}

type iface interface{ id() int }
type impl1 int
type impl2 struct{ n int }

func (i impl1) id() int { return int(i) }
func (i impl2) id() int { return i.n }

func sumKeys(m map[int]int) (n int) {
	for k := range m {
		n += k
	}
	return
}

func try(name string, f func()) {
	defer func() {
		if e := recover(); e != nil {
			println(name, "->", e.(error).Error())
		}
	}()
	f()
}

func order() string { return "x" }

func main() {
	m := map[string]int{"one": 1, "two": 2}
	m["three"] = 3
	m["one"]++
	m["new"] += 5
	println(len(m), m["one"], m["two"], m["three"], m["new"], m["absent"])
	v, ok := m["two"]
	println(v, ok)
	v, ok = m["nope"]
	println(v, ok)
	if _, ok := m["three"]; ok {
		delete(m, "three")
	}
	delete(m, "three")
	_, ok = m["three"]
	println(ok, len(m))

	// nil map
	var nm map[string]int
	println(nm == nil, len(nm), nm["x"])
	delete(nm, "x")
	for range nm {
		println("never")
	}
	clear(nm)
	try("nil map", func() { nm["a"] = 1 })

	// growth
	big := map[int]int{}
	for i := range 10000 {
		big[i*7] = i
	}
	bad := 0
	for i := range 10000 {
		if big[i*7] != i {
			bad++
		}
	}
	println(len(big), bad, sumKeys(big))
	for i := 0; i < 10000; i += 2 {
		delete(big, i*7)
	}
	println(len(big), sumKeys(big))
	seen := 0
	for k, v := range big {
		if k != v*7 || v%2 == 0 {
			println("bad")
		}
		seen++
	}
	println(seen)
	for k := range big {
		delete(big, k)
	}
	println(len(big))
	for i := range 100 {
		big[i] = i
	}
	clear(big)
	println(len(big), big[5])
	big[5] = 5
	println(len(big))

	// deletion during iteration
	d := map[int]bool{}
	for i := range 1000 {
		d[i] = true
	}
	n := 0
	for k := range d {
		n++
		delete(d, k)
		delete(d, k^1)
	}
	println(n, len(d))
	// insertion during iteration: every old key is seen exactly once
	ins := map[int]int{}
	for i := range 100 {
		ins[i] = 0
	}
	for k := range ins {
		if k < 100 {
			ins[k]++
			ins[k+1000] = 1
		}
	}
	once := 0
	for k, v := range ins {
		if k < 100 && v == 1 {
			once++
		}
	}
	println(once, len(ins))

	// floats
	f := map[float64]string{1.5: "a", 0: "zero"}
	zero := 0.0
	negZero := -zero
	f[negZero] = "negzero"
	nan := zero / zero
	f[nan] = "nan1"
	f[nan] = "nan2"
	_, ok = f[nan]
	println(len(f), f[0], f[1.5], ok)
	delete(f, nan)
	println(len(f))
	nans := 0
	for k, v := range f {
		if k != k {
			nans += len(v)
		}
	}
	println(nans)
	clear(f)
	println(len(f))

	// key kinds
	ks := map[key]int{{1, "a"}: 1, {1, "b"}: 2, {2, "a"}: 3}
	println(ks[key{1, "b"}], ks[key{2, "a"}], ks[key{2, "b"}])
	ka := map[[3]byte]int{{1, 2, 3}: 6}
	ka[[3]byte{3, 2, 1}] = 7
	println(ka[[3]byte{1, 2, 3}], len(ka))
	kb := map[bool]string{true: "yes", false: "no"}
	println(kb[1 < 2], kb[1 > 2])
	x, y := 1, 1
	kp := map[*int]int{&x: 1, &y: 2}
	println(kp[&x], kp[&y], kp[nil])
	kc := map[complex128]int{1 + 2i: 3}
	println(kc[complex(1, 2)])
	ch := make(chan int)
	kch := map[chan int]int{ch: 1}
	println(kch[ch], kch[nil])
	ki := map[any]int{1: 1, "1": 2, 1.0: 3, int8(1): 4, key{1, "1"}: 5, [1]int{1}: 6, true: 7, nil: 8}
	println(ki[1], ki["1"], ki[1.0], ki[int8(1)], ki[key{1, "1"}], ki[[1]int{1}], ki[true], ki[nil], ki[int16(1)], len(ki))
	kif := map[iface]string{impl1(3): "i1", impl2{3}: "i2"}
	println(kif[impl1(3)], kif[impl2{3}], kif[impl2{4}] == "")
	k8 := map[uint8]int{}
	for i := range 1000 {
		k8[uint8(i)]++
	}
	println(len(k8), k8[0], k8[255])
	kempty := map[struct{}]int{}
	kempty[struct{}{}]++
	kempty[struct{}{}]++
	println(len(kempty), kempty[struct{}{}])

	// value kinds
	vs := map[string][]int{}
	for i := range 10 {
		k := "even"
		if i%2 == 1 {
			k = "odd"
		}
		vs[k] = append(vs[k], i)
	}
	println(len(vs["even"]), vs["odd"][4])
	vm := map[string]map[string]int{"a": {"x": 1}}
	if vm["b"] == nil {
		vm["b"] = map[string]int{}
	}
	vm["b"]["y"]++
	println(vm["a"]["x"], vm["b"]["y"], vm["c"]["z"])
	vf := map[string]func() string{"f": order}
	println(vf["f"]())
	vbig := map[int][100]int{}
	vbig[1] = [100]int{99: 5}
	println(vbig[1][99], vbig[2][99])
	vst := map[int]struct{}{}
	for i := range 50 {
		vst[i%10] = struct{}{}
	}
	println(len(vst))
	alias := m
	alias["shared"] = 77
	println(m["shared"])

	hint := make(map[string]int, 1000)
	hint["a"] = 1
	println(len(hint))
	neg := -5
	println(len(make(map[int]int, neg)))

	// string keys of all lengths, hash collisions aside
	strs := map[string]int{}
	s := ""
	for i := range 200 {
		strs[s] = i
		s += string(rune('a' + i%26))
	}
	s = ""
	bad = 0
	for i := range 200 {
		if strs[s] != i {
			bad++
		}
		s += string(rune('a' + i%26))
	}
	println(len(strs), bad)

	// counting, inverting
	counts := map[rune]int{}
	for _, r := range "hello, world; héllo" {
		counts[r]++
	}
	println(counts['l'], counts['o'], counts['é'], counts['z'])
	try("unhashable", func() { ki[[]int{}] = 1 })
	try("unhashable in struct", func() { ki[struct{ x any }{func() {}}] = 1 })
	println(len(ki))
}
