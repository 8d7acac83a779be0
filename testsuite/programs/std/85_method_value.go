// spec: Method values
// needs: std

package main

import (
	"fmt"
	"reflect"
)

type greeter struct{ name string }

func (g greeter) Greet() string { return "hello " + g.name }

func main() {
	// All that tells of methods called by reflection.
	byName := reflect.TypeOf(greeter{}).MethodByName
	m, ok := byName("Greet")
	fmt.Println(m.Name, ok, m.Func.Interface().(func(greeter) string)(greeter{"you"}))
}
