// Package jsontext reads and writes JSON as a tree of Go values.
package jsontext

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Value is nil, bool, float64, string, []Value or map[string]Value.
type Value any

// SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Offset int
	What   string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("offset %d: %s", e.Offset, e.What)
}

// ErrDepth is the cause of a SyntaxError for text that nests too deeply.
var ErrDepth = errors.New("nesting too deep")

const maxDepth = 200

type parser struct {
	text  string
	at    int
	depth int
}

// Parse reads one value; nothing but white space may follow it.
func Parse(text string) (v Value, err error) {
	p := &parser{text: text}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *SyntaxError:
			err = r
		case error:
			if !errors.Is(r, ErrDepth) {
				panic(r)
			}
			err = fmt.Errorf("parse at %d: %w", p.at, r)
		default:
			panic(r)
		}
	}()
	v = p.value()
	p.space()
	if p.at < len(p.text) {
		p.fail("trailing text")
	}
	return v, nil
}

func (p *parser) fail(format string, args ...any) {
	panic(&SyntaxError{p.at, fmt.Sprintf(format, args...)})
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *parser) peek() byte {
	p.space()
	if p.at == len(p.text) {
		p.fail("unexpected end")
	}
	return p.text[p.at]
}

func (p *parser) expect(c byte) {
	if got := p.peek(); got != c {
		p.fail("found %q, expected %q", got, c)
	}
	p.at++
}

func (p *parser) value() Value {
	if p.depth++; p.depth > maxDepth {
		panic(ErrDepth)
	}
	defer func() { p.depth-- }()
	switch c := p.peek(); {
	case c == '{':
		return p.object()
	case c == '[':
		return p.array()
	case c == '"':
		return p.str()
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	}
	for word, v := range map[string]Value{"true": true, "false": false, "null": nil} {
		if strings.HasPrefix(p.text[p.at:], word) {
			p.at += len(word)
			return v
		}
	}
	p.fail("unexpected %q", p.text[p.at])
	return nil
}

func (p *parser) object() Value {
	p.expect('{')
	out := map[string]Value{}
	for p.peek() != '}' {
		if len(out) > 0 {
			p.expect(',')
			p.space()
		}
		key := p.str()
		p.expect(':')
		out[key] = p.value()
	}
	p.at++
	return out
}

func (p *parser) array() Value {
	p.expect('[')
	out := []Value{}
	for p.peek() != ']' {
		if len(out) > 0 {
			p.expect(',')
		}
		out = append(out, p.value())
	}
	p.at++
	return out
}

func (p *parser) number() Value {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte("+-.eE0123456789", p.text[p.at]) >= 0 {
		p.at++
	}
	f, err := strconv.ParseFloat(p.text[start:p.at], 64)
	if err != nil {
		p.fail("%v", err)
	}
	return f
}

func (p *parser) str() string {
	p.expect('"')
	var out strings.Builder
	for {
		if p.at == len(p.text) {
			p.fail("unterminated string")
		}
		c := p.text[p.at]
		p.at++
		switch {
		case c == '"':
			return out.String()
		case c != '\\':
			out.WriteByte(c)
			continue
		case p.at == len(p.text):
			p.fail("unterminated escape")
		}
		c = p.text[p.at]
		p.at++
		if c == 'u' {
			n, err := strconv.ParseUint(p.text[p.at:min(p.at+4, len(p.text))], 16, 32)
			if err != nil {
				p.fail("bad escape")
			}
			p.at += 4
			out.WriteRune(rune(n))
		} else if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
			out.WriteByte("\"\\/\b\f\n\r\t"[i])
		} else {
			p.fail("unknown escape %q", c)
		}
	}
}

// Append writes v to dst, keys of objects in order, indented by two spaces a level.
func Append(dst []byte, v Value, level int) []byte {
	indent := func(n int) []byte { return append(append(dst, '\n'), strings.Repeat("  ", n)...) }
	switch x := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, x)
	case float64:
		return strconv.AppendFloat(dst, x, 'g', -1, 64)
	case string:
		return appendString(dst, x)
	case []Value:
		dst = append(dst, '[')
		for i, e := range x {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = indent(level + 1)
			dst = Append(dst, e, level+1)
		}
		if len(x) > 0 {
			dst = indent(level)
		}
		return append(dst, ']')
	case map[string]Value:
		dst = append(dst, '{')
		for i, key := range slices.Sorted(maps.Keys(x)) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = indent(level + 1)
			dst = append(appendString(dst, key), ": "...)
			dst = Append(dst, x[key], level+1)
		}
		if len(x) > 0 {
			dst = indent(level)
		}
		return append(dst, '}')
	}
	panic(fmt.Sprintf("jsontext: no JSON for %T", v))
}

func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < ' ' || r == utf8.RuneError:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}
