// spec: Function literals, Method values, Handling panics

// Functions made by reflection, and method values taken by it.
package main

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"sync"
	"text/template"
)

type record struct {
	ID    int
	Name  string
	Score float64
	Tags  []string
}

type T9 uintptr

func (t T9) M() { fmt.Println("T9.M", t, recover()) }

type acc struct{ log []string }

func (a *acc) Note(format string, args ...any) int {
	a.log = append(a.log, fmt.Sprintf(format, args...))
	return len(a.log)
}

func (a acc) Big(x [6]int, r record, f1, f2, f3, f4, f5, f6, f7, f8, f9 float64, a1, a2, a3, a4, a5 string) (record, float64, [6]int, string, string, error) {
	deep(400)
	runtime.GC()
	r.Tags = append(r.Tags, a.log...)
	x[5] += x[0]
	return r, f1 + f2 + f3 + f4 + f5 + f6 + f7 + f8 + f9, x, a1 + a2 + a3, a4 + a5, nil
}

func deep(n int) int {
	var pad [32]int
	if n == 0 {
		return 0
	}
	pad[n%32] = n
	return deep(n-1) + pad[n%32] - n + 1
}

type service struct {
	Double func(int) int
	Join   func(sep string, parts ...string) string
	Swap   func(a, b string) (string, string)
	Make   func(id int, name string, score float64) (record, error)
	Many   func(a, b, c, d, e, f, g, h, i int, r record, x, y float32, z [3]string) (int, record, float32, [3]string, any, bool, int8)
}

func implement(target any) {
	v := reflect.ValueOf(target).Elem()
	for i := range v.NumField() {
		name, typ := v.Type().Field(i).Name, v.Field(i).Type()
		v.Field(i).Set(reflect.MakeFunc(typ, func(args []reflect.Value) []reflect.Value {
			deep(200)
			runtime.GC()
			switch name {
			case "Double":
				return []reflect.Value{reflect.ValueOf(int(args[0].Int() * 2))}
			case "Join":
				return []reflect.Value{reflect.ValueOf(strings.Join(args[1].Interface().([]string), args[0].String()))}
			case "Swap":
				return []reflect.Value{args[1], args[0]}
			case "Make":
				r := record{int(args[0].Int()), args[1].String(), args[2].Float(), []string{"made"}}
				err := reflect.Zero(typ.Out(1))
				if r.ID < 0 {
					err = reflect.ValueOf(fmt.Errorf("bad id %d", r.ID))
				}
				return []reflect.Value{reflect.ValueOf(r), err}
			}
			sum := int64(0)
			for _, a := range args[:9] {
				sum = sum*10 + a.Int()
			}
			any := reflect.New(typ.Out(4)).Elem()
			any.Set(args[9].Field(1))
			return []reflect.Value{reflect.ValueOf(int(sum)), args[9], reflect.ValueOf(float32(args[10].Float() - args[11].Float())),
				args[12], any, reflect.ValueOf(true), reflect.ValueOf(int8(-1))}
		}))
	}
}

func try(what string, f func()) {
	defer func() { fmt.Println(what, "recovered:", recover()) }()
	f()
}

func main() {
	var s service
	implement(&s)
	fmt.Println(s.Double(21), s.Join("-", "a", "b", "c"), s.Join("-"))
	fmt.Println(s.Swap("first", "second"))
	fmt.Println(s.Make(1, "one", 1.5))
	fmt.Println(s.Make(-1, "minus", -1.5))
	fmt.Println(s.Many(1, 2, 3, 4, 5, 6, 7, 8, 9, record{1, "n", 2, []string{"x", "y"}}, 5.5, 2.25, [3]string{"p", "q", "r"}))

	var less func(a, b int) bool
	reflect.ValueOf(&less).Elem().Set(reflect.MakeFunc(reflect.TypeOf(less), func(args []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(args[0].Int() > args[1].Int())}
	}))
	xs := []int{3, 1, 4, 1, 5, 9, 2, 6}
	sort.Slice(xs, func(i, j int) bool { return less(xs[i], xs[j]) })
	fmt.Println(xs)

	a := &acc{}
	note := reflect.ValueOf(a).MethodByName("Note").Interface().(func(string, ...any) int)
	note("plain")
	note("%d and %s", 1, "two")
	big := reflect.ValueOf(a).MethodByName("Big").Interface().(func(x [6]int, r record, f1, f2, f3, f4, f5, f6, f7, f8, f9 float64, a1, a2, a3, a4, a5 string) (record, float64, [6]int, string, string, error))
	fmt.Println(big([6]int{1, 2, 3, 4, 5, 6}, record{7, "seven", 7, nil}, 1, 2, 3, 4, 5, 6, 7, 8, 9, "a", "b", "c", "d", "e"))
	fmt.Println(note("last"), a.log)
	var str fmt.Stringer = reflect.ValueOf(7)
	stringer := reflect.ValueOf(&str).Elem().Method(0).Interface().(func() string)
	fmt.Println(stringer())

	var wg sync.WaitGroup
	sums := make([]int, 8)
	for i := range sums {
		wg.Go(func() {
			for k := range 50 {
				sums[i] += s.Double(k)
				if k%25 == 0 {
					_, _, x, t, _, _ := big([6]int{i}, record{}, 0, 0, 0, 0, 0, 0, 0, 0, 0, "s", "t", "r", "", "")
					sums[i] += x[5] + len(t)
				}
			}
		})
	}
	wg.Wait()
	fmt.Println(sums)

	try("method", func() {
		defer reflect.ValueOf(T9(1)).Method(0).Interface().(func())()
		panic("for the method")
	})
	try("made", func() {
		f := reflect.MakeFunc(reflect.TypeOf(func() {}), func([]reflect.Value) []reflect.Value {
			fmt.Println("made function got", recover())
			return nil
		}).Interface().(func())
		defer f()
		panic("for the made function")
	})
	try("call", func() {
		defer reflect.ValueOf(T9(1)).Method(0).Call(nil)
		panic("for the called method")
	})
	try("through", func() { s.Swap = nil; s.Swap("", "") })
	bad := func(results ...reflect.Value) func() int {
		return reflect.MakeFunc(reflect.TypeOf(func() int { return 0 }), func([]reflect.Value) []reflect.Value { return results }).Interface().(func() int)
	}
	try("none", func() { bad()() })
	try("string", func() { bad(reflect.ValueOf("s"))() })
	try("panics", func() {
		reflect.MakeFunc(reflect.TypeOf(func(string) {}), func(in []reflect.Value) []reflect.Value { panic(in[0].String()) }).Interface().(func(string))("own panic")
	})

	t := template.Must(template.New("t").Funcs(template.FuncMap{"up": strings.ToUpper, "add": func(xs ...int) (n int) {
		for _, x := range xs {
			n += x
		}
		return
	}}).Parse("{{range $i, $r := .}}{{add $i 1 10}}: {{$r.Name | up | printf \"%q\"}} {{if gt $r.Score 1.0}}high{{else}}low{{end}} {{len $r.Tags}}\n{{end}}"))
	if err := t.Execute(os.Stdout, []record{{1, "one", 0.5, nil}, {2, "two", 2.5, []string{"a", "b"}}}); err != nil {
		fmt.Println(err)
	}
}
