// spec: Type switches, Type assertions, Pointer types
// needs: std

package main

import (
	"fmt"
	"math/bits"
	"reflect"
)

type named struct{ n int }

// Which of these types, that no descriptor points to, reflection made.
func which(v any) string {
	switch v := v.(type) {
	case **named:
		return fmt.Sprint("**named ", (**v).n)
	case ***named:
		return "***named"
	case []*named:
		return fmt.Sprint("[]*named ", len(v))
	case [3]*named:
		return "[3]*named"
	case map[*named][]named:
		return fmt.Sprint("map ", len(v))
	case <-chan *named:
		return fmt.Sprint("chan ", cap(v))
	case func(*named, ...int) []named:
		return fmt.Sprint("func ", v(nil, 1, 2))
	case struct {
		A *named `tag:"a"`
		B int
	}:
		return fmt.Sprint("struct ", v.B)
	case struct{ A *named }:
		return "another struct"
	}
	return "none"
}

func main() {
	p := reflect.TypeFor[*named]()
	holder := struct{ p *named }{&named{7}}
	fmt.Println(reflect.ValueOf(&holder).Elem().Field(0).Addr().Type() == reflect.TypeFor[**named]())
	pointer := reflect.New(p)
	pointer.Elem().Set(reflect.ValueOf(&named{8}))
	fmt.Println(which(pointer.Interface()))
	fmt.Println(which(reflect.New(reflect.PointerTo(p)).Interface()))
	fmt.Println(which(reflect.MakeSlice(reflect.SliceOf(p), 2, 3).Interface()))
	fmt.Println(which(reflect.Zero(reflect.ArrayOf(3, p)).Interface()))
	fmt.Println(which(reflect.Zero(reflect.ArrayOf(4, p)).Interface()))
	named := reflect.TypeFor[named]()
	fmt.Println(which(reflect.MakeMap(reflect.MapOf(p, reflect.SliceOf(named))).Interface()))
	fmt.Println(which(reflect.MakeChan(reflect.ChanOf(reflect.BothDir, p), 5).Convert(reflect.ChanOf(reflect.RecvDir, p)).Interface()))
	ints := reflect.SliceOf(reflect.TypeFor[int]())
	signature := reflect.FuncOf([]reflect.Type{p, ints}, []reflect.Type{reflect.SliceOf(named)}, true)
	fmt.Println(which(reflect.MakeFunc(signature, func(args []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.MakeSlice(reflect.SliceOf(named), args[1].Len(), 4)}
	}).Interface()))
	fields := []reflect.StructField{{Name: "A", Type: p, Tag: `tag:"a"`}, {Name: "B", Type: reflect.TypeFor[int]()}}
	s := reflect.New(reflect.StructOf(fields)).Elem()
	s.Field(1).SetInt(9)
	fmt.Println(which(s.Interface()))
	fmt.Println(which(reflect.New(reflect.StructOf(fields[:1])).Elem().Interface()))

	// Sums with carries of numbers longer than a word.
	a := [3]uint64{1 << 63, ^uint64(0), 5}
	b := [3]uint64{1 << 63, 0, ^uint64(0) - 5}
	var sum, difference [3]uint64
	var carry, borrow uint64
	for i := range a {
		sum[i], carry = bits.Add64(a[i], b[i], carry)
		difference[i], borrow = bits.Sub64(b[i], a[i], borrow)
	}
	fmt.Println(sum, carry, difference, borrow)
	x, c := bits.Add(^uint(0), ^uint(0), 1)
	y, d := bits.Sub(0, ^uint(0), 1)
	z, e := bits.Add32(1<<31, 1<<31, 1)
	fmt.Println(x, c, y, d, z, e)
}
