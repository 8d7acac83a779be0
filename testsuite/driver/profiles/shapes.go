// The program that shapes.pprof was recorded of, built by gc, but for the recording, which stood in main.
package main

type Shape interface{ Area() float64 }
type Sq struct{ a float64 }
type Ci struct{ r float64 }

func (s Sq) Area() float64  { return s.a * s.a }
func (c *Ci) Area() float64 { return c.r * c.r * 3.14 }

func sum(xs []Shape, f func(float64) float64) float64 {
	t := 0.0
	for _, x := range xs {
		t += f(x.Area())
	}
	return t
}

func main() {
	var xs []Shape
	for i := 0; i < 1000; i++ {
		if i%10 == 0 {
			xs = append(xs, &Ci{float64(i)})
		} else {
			xs = append(xs, Sq{float64(i)})
		}
	}
	t := 0.0
	for i := 0; i < 3; i++ {
		t += sum(xs, func(x float64) float64 { return x + 1 })
	}
	println(int(t))
}
