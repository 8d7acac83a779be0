// A small language: its scanner, a parser that climbs precedences, a constant folder and a tree walker.
package main

import (
	"fmt"
	"strconv"
	"strings"

	"bench/size"
)

type kind int

const (
	eof kind = iota
	name
	number
	operator
)

type token struct {
	kind kind
	text string
	line int
}

type scanner struct {
	src  string
	pos  int
	line int
}

func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }
func digit(c byte) bool  { return '0' <= c && c <= '9' }

func (s *scanner) next() token {
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == '\n':
			s.line++
			s.pos++
		case c == ' ' || c == '\t':
			s.pos++
		case c == '#':
			for s.pos < len(s.src) && s.src[s.pos] != '\n' {
				s.pos++
			}
		case letter(c):
			start := s.pos
			for s.pos < len(s.src) && (letter(s.src[s.pos]) || digit(s.src[s.pos])) {
				s.pos++
			}
			return token{name, s.src[start:s.pos], s.line}
		case digit(c):
			start := s.pos
			for s.pos < len(s.src) && digit(s.src[s.pos]) {
				s.pos++
			}
			return token{number, s.src[start:s.pos], s.line}
		default:
			width := 1
			if s.pos+1 < len(s.src) && s.src[s.pos+1] == '=' && strings.IndexByte("<>=!", c) >= 0 {
				width = 2
			}
			s.pos += width
			return token{operator, s.src[s.pos-width : s.pos], s.line}
		}
	}
	return token{eof, "", s.line}
}

type expr interface{ expr() }

type (
	literal  struct{ value int64 }
	variable struct{ name string }
	unary    struct {
		op string
		x  expr
	}
	binary struct {
		op   string
		x, y expr
	}
	call struct {
		name string
		args []expr
	}
)

func (*literal) expr()  {}
func (*variable) expr() {}
func (*unary) expr()    {}
func (*binary) expr()   {}
func (*call) expr()     {}

type assignment struct {
	target string
	value  expr
}

type parser struct {
	scanner scanner
	tok     token
}

type syntaxError struct {
	line int
	text string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }

var precedence = map[string]int{
	"==": 1, "!=": 1, "<": 2, "<=": 2, ">": 2, ">=": 2, "+": 3, "-": 3, "*": 4, "/": 4, "%": 4,
}

func (p *parser) advance() { p.tok = p.scanner.next() }

func (p *parser) expect(text string) error {
	if p.tok.text != text {
		return &syntaxError{p.tok.line, "expected " + text + ", found " + strconv.Quote(p.tok.text)}
	}
	p.advance()
	return nil
}

func (p *parser) operand() (expr, error) {
	t := p.tok
	p.advance()
	switch {
	case t.kind == number:
		v, err := strconv.ParseInt(t.text, 10, 64)
		if err != nil {
			return nil, &syntaxError{t.line, err.Error()}
		}
		return &literal{v}, nil
	case t.kind == name && p.tok.text == "(":
		c := &call{name: t.text}
		p.advance()
		for p.tok.text != ")" {
			arg, err := p.expr(1)
			if err != nil {
				return nil, err
			}
			c.args = append(c.args, arg)
			if p.tok.text != "," {
				break
			}
			p.advance()
		}
		return c, p.expect(")")
	case t.kind == name:
		return &variable{t.text}, nil
	case t.text == "(":
		x, err := p.expr(1)
		if err != nil {
			return nil, err
		}
		return x, p.expect(")")
	case t.text == "-" || t.text == "!":
		x, err := p.operand()
		return &unary{t.text, x}, err
	}
	return nil, &syntaxError{t.line, "unexpected " + strconv.Quote(t.text)}
}

func (p *parser) expr(least int) (expr, error) {
	x, err := p.operand()
	for err == nil {
		op := p.tok.text
		level := precedence[op]
		if p.tok.kind != operator || level < least {
			break
		}
		p.advance()
		var y expr
		if y, err = p.expr(level + 1); err == nil {
			x = &binary{op, x, y}
		}
	}
	return x, err
}

func parse(src string) ([]assignment, error) {
	p := &parser{scanner: scanner{src: src, line: 1}}
	p.advance()
	var list []assignment
	for p.tok.kind != eof {
		target := p.tok.text
		p.advance()
		if err := p.expect("="); err != nil {
			return nil, err
		}
		value, err := p.expr(1)
		if err != nil {
			return nil, err
		}
		if err := p.expect(";"); err != nil {
			return nil, err
		}
		list = append(list, assignment{target, value})
	}
	return list, nil
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func apply(op string, x, y int64) int64 {
	switch op {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	case "/":
		return x / max(y, 1)
	case "%":
		return x % max(y, 1)
	case "<":
		return truth(x < y)
	case "<=":
		return truth(x <= y)
	case ">":
		return truth(x > y)
	case ">=":
		return truth(x >= y)
	case "==":
		return truth(x == y)
	case "!=":
		return truth(x != y)
	}
	panic("no operator " + op)
}

func fold(e expr) expr {
	switch e := e.(type) {
	case *unary:
		e.x = fold(e.x)
		if x, ok := e.x.(*literal); ok && e.op == "-" {
			return &literal{-x.value}
		}
	case *binary:
		e.x, e.y = fold(e.x), fold(e.y)
		if x, ok := e.x.(*literal); ok {
			if y, ok := e.y.(*literal); ok {
				return &literal{apply(e.op, x.value, y.value)}
			}
		}
	case *call:
		for i := range e.args {
			e.args[i] = fold(e.args[i])
		}
	}
	return e
}

type environment map[string]int64

func (env environment) eval(e expr) int64 {
	switch e := e.(type) {
	case *literal:
		return e.value
	case *variable:
		return env[e.name]
	case *unary:
		x := env.eval(e.x)
		if e.op == "!" {
			return truth(x == 0)
		}
		return -x
	case *binary:
		return apply(e.op, env.eval(e.x), env.eval(e.y))
	case *call:
		switch {
		case e.name == "if" && len(e.args) == 3:
			if env.eval(e.args[0]) != 0 {
				return env.eval(e.args[1])
			}
			return env.eval(e.args[2])
		case e.name == "sum":
			var sum int64
			for _, a := range e.args {
				sum += env.eval(a)
			}
			return sum
		}
	}
	panic("cannot evaluate")
}

func main() {
	rounds := size.Pick(800, 5)
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "# statement %d\nv%d = (v%d + %d) * 3 %% 1000 - v%d / (2 + 3 * %d);\n", i, i, max(i-1, 0), i, i/2, i%5)
		fmt.Fprintf(&b, "w%d = if(v%d >= 10 * 20, sum(v%d, -w%d, 7, 1 + 2 * 3), !v%d);\n", i, i, i, max(i-2, 0), i)
	}
	src := b.String()
	var total int64
	for range rounds {
		list, err := parse(src)
		if err != nil {
			panic(err)
		}
		env := environment{}
		for i := range list {
			list[i].value = fold(list[i].value)
		}
		for range 4 {
			for _, a := range list {
				env[a.target] = env.eval(a.value)
			}
		}
		total += env["v299"] + env["w299"] + int64(len(env))
	}
	_, err := parse(strings.Replace(src, "v7 =", "v7", 1))
	fmt.Println(total, err)
	size.Done()
}
