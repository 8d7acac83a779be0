// Coroutines of package iter: two goroutines of which exactly one runs.

package runtime

import _ "unsafe" // for go:linkname

// coro holds, while one side runs, the goroutine of the other.
type coro struct {
	g      uintptr
	bubble *bubble // that goroutine's
	f      func(*coro)
	done   bool
}

// newcoro makes a coroutine that runs f at the first switch to it.
//
//go:linkname newcoro
func newcoro(f func(*coro)) *coro {
	c := &coro{f: f}
	started := rt_getg()
	c.g = 0
	go func() {
		b := currentBubble()
		c.g, c.bubble = rt_getg(), b
		rt_ready(started)
		parkIn(b, waitCoroutine)
		defer func() { // f may end by Goexit
			c.done = true
			readyIn(c.bubble, c.g)
		}()
		c.f(c)
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
	other, theirs, own := c.g, c.bubble, currentBubble()
	c.g, c.bubble = rt_getg(), own
	if own == nil && theirs == nil {
		rt_coroswitch(other, waitCoroutine)
		return
	}
	readyIn(theirs, other)
	parkIn(own, waitCoroutine)
}
