// spec: Pointer types, Address operators, Variables, Function declarations, Composite literals, Struct types
// needs: println

package main

// A parser and evaluator whose scopes are linked through the stack frames.
type scope struct {
	outer *scope
	name  string
	val   int
}

func (s *scope) lookup(name string) (*int, bool) {
	for ; s != nil; s = s.outer {
		if s.name == name {
			return &s.val, true
		}
	}
	return nil, false
}

type parser struct {
	src string
	pos int
}

func (p *parser) skip() {
	for p.pos < len(p.src) && p.src[p.pos] == ' ' {
		p.pos++
	}
}

func (p *parser) eat(c byte) bool {
	p.skip()
	if p.pos < len(p.src) && p.src[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

func (p *parser) word() string {
	p.skip()
	start := p.pos
	for p.pos < len(p.src) && letter(p.src[p.pos]) {
		p.pos++
	}
	return p.src[start:p.pos]
}

// expr = "let" name "=" expr "in" expr | "set" name "=" expr | sum
func (p *parser) expr(env *scope) int {
	save := p.pos
	switch p.word() {
	case "let":
		s := scope{outer: env, name: p.word()}
		if !p.eat('=') {
			panic("want =")
		}
		s.val = p.expr(env)
		if p.word() != "in" {
			panic("want in")
		}
		return p.expr(&s)
	case "set":
		name := p.word()
		if !p.eat('=') {
			panic("want =")
		}
		v := p.expr(env)
		slot, ok := env.lookup(name)
		if !ok {
			panic("cannot set " + name)
		}
		*slot = v
		return v
	}
	p.pos = save
	return p.sum(env)
}

func (p *parser) sum(env *scope) int {
	v := p.term(env)
	for {
		switch {
		case p.eat('+'):
			v += p.term(env)
		case p.eat('-'):
			v -= p.term(env)
		case p.eat(';'):
			v = p.expr(env)
		default:
			return v
		}
	}
}

func (p *parser) term(env *scope) int {
	v := p.factor(env)
	for p.eat('*') {
		v *= p.factor(env)
	}
	return v
}

func (p *parser) factor(env *scope) int {
	if p.eat('(') {
		v := p.expr(env)
		if !p.eat(')') {
			panic("want )")
		}
		return v
	}
	if p.eat('-') {
		return -p.factor(env)
	}
	p.skip()
	if p.pos < len(p.src) && digit(p.src[p.pos]) {
		v := 0
		for p.pos < len(p.src) && digit(p.src[p.pos]) {
			v = v*10 + int(p.src[p.pos]-'0')
			p.pos++
		}
		return v
	}
	name := p.word()
	if name == "" {
		panic("unexpected end or character")
	}
	slot, ok := env.lookup(name)
	if !ok {
		panic("no variable " + name)
	}
	return *slot
}

func eval(src string) (v int, err string) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(string)
		}
	}()
	p := parser{src: src}
	v = p.expr(nil)
	p.skip()
	if p.pos != len(p.src) {
		panic("trailing text")
	}
	return
}

// A list of stack nodes built on the way down and summed at the bottom.
type node struct {
	up  *node
	arr [3]int
	box **node
}

func down(n int, up *node) (sum int) {
	here := node{up: up}
	self := &here
	here.box = &self
	here.arr[n%3] = n
	if n > 0 {
		sum = down(n-1, self)
	} else {
		for p := self; p != nil; p = p.up {
			for i := range p.arr {
				sum += p.arr[i]
				p.arr[i] = -p.arr[i]
			}
			if *p.box != p {
				println("self pointer lost")
			}
		}
	}
	if here.arr[n%3] != -n {
		println("write through the list lost", n)
	}
	return
}

// Permutations: each level links the element it took.
type taken struct {
	up *taken
	v  int
}

func (t *taken) has(v int) bool {
	return t != nil && (t.v == v || t.up.has(v))
}

func permute(n, depth int, t *taken, visit func(*taken)) {
	if depth == n {
		visit(t)
		return
	}
	for v := range n {
		if !t.has(v) {
			permute(n, depth+1, &taken{t, v}, visit)
		}
	}
}

type visitor struct {
	count, weight int
	last          *taken
}

func (v *visitor) visit(t *taken) {
	v.count++
	w := 1
	for p := t; p != nil; p = p.up {
		v.weight += w * p.v
		w *= 3
	}
	v.last = t
}

// Pointers to pointers to locals of several frames.
func a3(p ***int) { ***p *= 2; x := 100; **p = &x }
func a2(p **int) int {
	a3(&p)
	return **p
}
func a1() (int, int) {
	n := 21
	p := &n
	r := a2(&p)
	return n, r + *p
}

// queens with the column list on the stack
func queens(n, row int, cols *taken) (count int) {
	if row == n {
		return 1
	}
next:
	for c := range n {
		d := 1
		for p := cols; p != nil; p = p.up {
			if p.v == c || p.v == c+d || p.v == c-d {
				continue next
			}
			d++
		}
		here := taken{cols, c}
		count += queens(n, row+1, &here)
	}
	return
}

func main() {
	for _, src := range []string{
		"1 + 2 * 3",
		"(1 + 2) * -3",
		"let x = 5 in x * x - 1",
		"let x = 2 in let y = x * x in let x = 10 in x * y",
		"let x = 1 in (set x = x + 41) ; x",
		"let a = 1 in (let b = 2 in set a = b * 10; a + b) + a",
		"let f = (let g = 3 in g * g) in f + g",
		"let x 5",
		"(1 + 2",
		"set z = 1",
		"1 2",
		"",
		"((((((((((((((((1))))))))))))))))",
	} {
		v, err := eval(src)
		println(src, "=>", v, err)
	}
	println(down(0, nil), down(10, nil), down(5000, nil))
	var v visitor
	permute(6, 0, nil, v.visit)
	println(v.count, v.weight, v.last.v, v.last.up.v)
	println(a1())
	println(queens(4, 0, nil), queens(6, 0, nil), queens(8, 0, nil))
}
