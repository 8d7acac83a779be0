package math

// No function of this package has a body in assembly: the portable ones serve.
const (
	haveArchFloor = false
	haveArchCeil  = false
	haveArchTrunc = false
	haveArchMax   = false
	haveArchMin   = false
	haveArchExp   = false
	haveArchHypot = false
	haveArchLog   = false
)

func archFloor(x float64) float64    { panic("math: no assembly") }
func archCeil(x float64) float64     { panic("math: no assembly") }
func archTrunc(x float64) float64    { panic("math: no assembly") }
func archMax(x, y float64) float64   { panic("math: no assembly") }
func archMin(x, y float64) float64   { panic("math: no assembly") }
func archExp(x float64) float64      { panic("math: no assembly") }
func archHypot(p, q float64) float64 { panic("math: no assembly") }
func archLog(x float64) float64      { panic("math: no assembly") }
