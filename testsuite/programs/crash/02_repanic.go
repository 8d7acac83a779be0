// spec: Handling panics
// exit: 2

package main

type failure struct {
	code int
	next error
}

func (f *failure) Error() string {
	if f.next != nil {
		return "failure caused by " + f.next.Error()
	}
	return "failure"
}

func main() {
	defer func() {
		r := recover()
		println("recovered", r.(error).Error())
		panic(&failure{2, r.(error)})
	}()
	defer func() {
		panic(&failure{code: 1})
	}()
	panic("first")
}
