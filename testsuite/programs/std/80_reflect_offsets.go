// spec: Method sets

// Reflection that resolves offsets of other types' descriptors, and results of reflected selects.
package main

import (
	"fmt"
	"reflect"
)

type hidden int

func (h hidden) get() int     { return int(h) }
func (h hidden) Shown() int   { return int(h) }
func (h *hidden) Set(n int)   { *h = hidden(n) }
func (h *hidden) unused() int { return 1 }

type getter interface {
	get() int
	Shown() int
}

func try(what string, t reflect.Type) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(what, r)
		}
	}()
	s := reflect.StructOf([]reflect.StructField{{Name: "Embedded", Anonymous: true, Type: t}})
	fmt.Println(what, s, s.NumMethod())
}

func main() {
	try("value", reflect.TypeFor[hidden]())
	try("pointer", reflect.TypeFor[*hidden]())
	try("interface", reflect.TypeFor[getter]())
	try("stringer", reflect.TypeFor[fmt.Stringer]())
	c := make(chan int, 1)
	v := reflect.ValueOf(c)
	i, _, ok := reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectSend, Chan: v, Send: reflect.ValueOf(5)}})
	fmt.Println(i, ok)
	i, got, ok := reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: v}})
	fmt.Println(i, got, ok)
}
