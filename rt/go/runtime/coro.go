// Coroutines of package iter: two goroutines of which exactly one runs.

package runtime

import _ "unsafe" // for go:linkname

// coro holds, while one side runs, the goroutine of the other.
type coro struct {
	g    uintptr
	f    func(*coro)
	done bool
}

// newcoro makes a coroutine that runs f at the first switch to it.
//
//go:linkname newcoro
func newcoro(f func(*coro)) *coro {
	c := &coro{f: f}
	started := rt_getg()
	c.g = 0
	go func() {
		c.g = rt_getg()
		rt_ready(started)
		rt_park(waitCoroutine)
		c.f(c)
		c.done = true
		rt_ready(c.g)
	}()
	rt_park(waitCoroutine)
	return c
}

// coroswitch runs the other side until it switches back or ends.
//
//go:linkname coroswitch
func coroswitch(c *coro) {
	if c.done {
		throw("coroswitch on exited coro")
	}
	other := c.g
	c.g = rt_getg()
	rt_ready(other)
	rt_park(waitCoroutine)
}
