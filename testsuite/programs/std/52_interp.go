// spec: Switch statements, Type switches, Struct types, Map types, Function types

package main

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"unicode"
)

type token struct {
	kind rune // 'n' number, 'i' identifier, else itself
	text string
}

func lex(s string) (out []token, err error) {
	for i := 0; i < len(s); {
		c := rune(s[i])
		switch {
		case unicode.IsSpace(c):
			i++
		case unicode.IsDigit(c) || c == '.':
			j := i
			for j < len(s) && (unicode.IsDigit(rune(s[j])) || s[j] == '.') {
				j++
			}
			out = append(out, token{'n', s[i:j]})
			i = j
		case unicode.IsLetter(c):
			j := i
			for j < len(s) && (unicode.IsLetter(rune(s[j])) || unicode.IsDigit(rune(s[j]))) {
				j++
			}
			out = append(out, token{'i', s[i:j]})
			i = j
		case strings.ContainsRune("+-*/%^(),=", c):
			out = append(out, token{c, string(c)})
			i++
		default:
			return nil, fmt.Errorf("column %d: unexpected %q", i+1, c)
		}
	}
	return out, nil
}

type node interface{}

type (
	number float64
	name   string
	unary  struct {
		op rune
		x  node
	}
	binary struct {
		op   rune
		x, y node
	}
	call struct {
		fn   string
		args []node
	}
	assign struct {
		to string
		x  node
	}
)

type parser struct{ rest []token }

var errSyntax = errors.New("syntax error")

func (p *parser) peek() rune {
	if len(p.rest) == 0 {
		return 0
	}
	return p.rest[0].kind
}

func (p *parser) next() token {
	if len(p.rest) == 0 {
		panic(fmt.Errorf("%w: unexpected end", errSyntax))
	}
	t := p.rest[0]
	p.rest = p.rest[1:]
	return t
}

func (p *parser) want(k rune) {
	if t := p.next(); t.kind != k {
		panic(fmt.Errorf("%w: found %q, want %q", errSyntax, t.text, k))
	}
}

var levels = map[rune]int{'+': 1, '-': 1, '*': 2, '/': 2, '%': 2, '^': 3}

func (p *parser) expr(level int) node {
	x := p.operand()
	for {
		op := p.peek()
		l, ok := levels[op]
		if !ok || l < level {
			return x
		}
		p.next()
		if op == '^' {
			x = binary{op, x, p.expr(l)}
		} else {
			x = binary{op, x, p.expr(l + 1)}
		}
	}
}

func (p *parser) operand() node {
	switch t := p.next(); t.kind {
	case 'n':
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			panic(err)
		}
		return number(f)
	case '-', '+':
		return unary{t.kind, p.expr(3)}
	case '(':
		x := p.expr(1)
		p.want(')')
		return x
	case 'i':
		switch p.peek() {
		case '(':
			p.next()
			c := call{fn: t.text}
			for p.peek() != ')' {
				if len(c.args) > 0 {
					p.want(',')
				}
				c.args = append(c.args, p.expr(1))
			}
			p.next()
			return c
		case '=':
			p.next()
			return assign{t.text, p.expr(1)}
		}
		return name(t.text)
	default:
		panic(fmt.Errorf("%w near %q", errSyntax, t.text))
	}
}

type env struct {
	vars  map[string]float64
	funcs map[string]any
	calls int
}

func (e *env) eval(n node) float64 {
	switch n := n.(type) {
	case number:
		return float64(n)
	case name:
		v, ok := e.vars[string(n)]
		if !ok {
			panic(fmt.Errorf("undefined: %s", string(n)))
		}
		return v
	case unary:
		if n.op == '-' {
			return -e.eval(n.x)
		}
		return e.eval(n.x)
	case binary:
		x, y := e.eval(n.x), e.eval(n.y)
		switch n.op {
		case '+':
			return x + y
		case '-':
			return x - y
		case '*':
			return x * y
		case '/':
			if y == 0 {
				return float64(int(x) / int(y))
			}
			return x / y
		case '%':
			return math.Mod(x, y)
		default:
			return math.Pow(x, y)
		}
	case assign:
		v := e.eval(n.x)
		e.vars[n.to] = v
		return v
	case call:
		e.calls++
		switch f := e.funcs[n.fn].(type) {
		case func(float64) float64:
			return f(e.eval(n.args[0]))
		case func(float64, float64) float64:
			return f(e.eval(n.args[0]), e.eval(n.args[1]))
		case func(...float64) float64:
			args := make([]float64, len(n.args))
			for i, a := range n.args {
				args[i] = e.eval(a)
			}
			return f(args...)
		case nil:
			panic(fmt.Errorf("no function %s", n.fn))
		}
	}
	panic(fmt.Sprintf("eval: %T", n))
}

func (e *env) run(line string) (v float64, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			err = r
		default:
			panic(r)
		}
	}()
	toks, err := lex(line)
	if err != nil {
		return 0, err
	}
	p := &parser{toks}
	n := p.expr(1)
	if len(p.rest) > 0 {
		return 0, fmt.Errorf("%w: %q left over", errSyntax, p.rest[0].text)
	}
	return e.eval(n), nil
}

const script = `1 + 2 * 3
2 ^ 3 ^ 2
-2 ^ 2
x = 10
y = x / 4 - 1
sqrt(x * x + y * y)
max(1, x, y, 3) % 7
hypot(3, 4) + abs(-2)
1 / 0
nosuch + 1
f(2)
(1 + 2
1 $ 2
1 2
sqrt()
`

func main() {
	e := &env{vars: map[string]float64{"pi": math.Pi}, funcs: map[string]any{
		"sqrt":  math.Sqrt,
		"abs":   func(f float64) float64 { return max(f, -f) },
		"hypot": func(x, y float64) float64 { return math.Sqrt(x*x + y*y) },
		"max": func(fs ...float64) float64 {
			m := math.Inf(-1)
			for _, f := range fs {
				m = max(m, f)
			}
			return m
		},
	}}
	sc := bufio.NewScanner(strings.NewReader(script))
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for sc.Scan() {
		v, err := e.run(sc.Text())
		if err != nil {
			fmt.Fprintf(w, "%-22s error: %v (%t)\n", sc.Text(), err, errors.Is(err, errSyntax))
			continue
		}
		fmt.Fprintf(w, "%-22s %.6g\n", sc.Text(), v)
	}
	fmt.Fprintln(w, len(e.vars), e.calls)
}
