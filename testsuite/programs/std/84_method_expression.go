// spec: Method expressions
// needs: std

package main

import (
	"fmt"
	"reflect"
)

type greeter struct{ name string }

func (g greeter) Greet() string { return "hello " + g.name }

// All that tells of methods called by reflection.
var method = reflect.Type.Method

func main() {
	m := method(reflect.TypeOf(greeter{}), 0)
	fmt.Println(m.Name, m.Func.Interface().(func(greeter) string)(greeter{"you"}))
}
