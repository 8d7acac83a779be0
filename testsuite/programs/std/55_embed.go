// spec: Struct types, Selectors, Method sets, Method values, Method expressions, Embedded interfaces, Interface types

package main

import (
	"fmt"
	"sort"
	"strings"
	"sync"
)

type named interface{ Name() string }

type speaker interface {
	named
	Speak() string
}

type base struct{ name string }

func (b base) Name() string          { return b.name }
func (b *base) Rename(n string)      { b.name = n }
func (b base) String() string        { return "base(" + b.name + ")" }
func (b base) greet(s string) string { return s + ", " + b.name }

type logger struct {
	strings.Builder
	prefix string
}

func (l *logger) logf(format string, args ...any) {
	fmt.Fprintf(l, l.prefix+format+"\n", args...)
}

type dog struct {
	*base
	*logger
	age int
}

func (d dog) Speak() string { d.logf("%s speaks at %d", d.name, d.age); return "woof" }

type puppy struct {
	dog
	sync.Mutex
	toys map[string]int
}

func (p *puppy) Speak() string { return strings.ToUpper(p.dog.Speak()) + "!" }

type wrapped struct {
	speaker
	count *int
}

func (w wrapped) Speak() string { *w.count++; return "[" + w.speaker.Speak() + "]" }

type reversed struct{ sort.Interface }

func (r reversed) Less(i, j int) bool { return r.Interface.Less(j, i) }

type fn func(int) int

func (f fn) twice(n int) int { return f(f(n)) }

type level int

func (l *level) up()              { *l++ }
func (l level) val() int          { return int(l) }
func (l level) add(o level) level { return l + o }

func main() {
	log := &logger{prefix: "> "}
	d := dog{&base{"Rex"}, log, 3}
	p := &puppy{dog: d, toys: map[string]int{"ball": 1}}
	p.Lock()
	p.Rename("Pup")
	p.Unlock()
	fmt.Println(d.Name(), p.Name(), p, d.base)
	n := 0
	animals := []speaker{d, p, wrapped{p, &n}, &wrapped{wrapped{d, &n}, &n}}
	for _, a := range animals {
		fmt.Println(a.Name(), a.Speak())
	}
	fmt.Println(n, log.Len() > 0)
	fmt.Print(log.String())

	s := sort.StringSlice{"b", "c", "a"}
	sort.Sort(reversed{s})
	fmt.Println(s)

	greet := d.greet
	d.base.name = "Changed"
	fmt.Println(greet("hello"), d.greet("hello"))
	rename := p.Rename
	rename("Again")
	fmt.Println(base.greet(*p.base, "hi"), (*base).Name(d.base), speaker.Speak(d), named.Name(p))
	dogSpeak := (*puppy).Speak
	fmt.Println(dogSpeak(p))
	fmt.Println(fn(func(i int) int { return i * 3 }).twice(7))

	var l level
	up, val := l.up, l.val
	up()
	up()
	fmt.Println(l, val(), l.val(), level.add(l, 5), (*level).val(&l))
	fs := map[string]func() int{"old": val, "new": l.val}
	l.up()
	fmt.Println(fs["old"](), fs["new"](), l)
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var nobody speaker
		f := nobody.Speak
		fmt.Println(f())
	}()
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var nd dog
		fmt.Println(nd.Name())
	}()
	anon := struct {
		base
		level
		extra struct{ x, y int }
	}{base: base{"anon"}, level: 4}
	anon.extra.x = 9
	anon.up()
	fmt.Println(anon.Name(), anon.val(), anon.extra)
}
