// Clocks, sleeping and package time's timers.
//
// A timer is known to the Rust half by its address; a system goroutine takes those that fired and runs them. pending says,
// under the timer's lock, that the timer is to fire: whoever clears it decides between firing and stopping. A timer
// that was re-armed while its old firing was on the way fires by the clock: run looks at when.

package runtime

import "unsafe"

// timeTimer is time.Timer and time.Ticker as this package sees them: the first two fields are theirs.
type timeTimer struct {
	c    unsafe.Pointer // <-chan Time
	init bool

	lock    uint32
	pending bool
	isChan  bool
	when    int64
	period  int64
	f       func(arg any, seq uintptr, delta int64)
	arg     any
}

var timerLoop struct {
	lock    uint32
	started bool
}

// startTimerLoop starts the goroutine that runs timers, at the first timer.
func startTimerLoop() {
	if timerLoop.started {
		return
	}
	lock(&timerLoop.lock)
	first := !timerLoop.started
	timerLoop.started = true
	unlock(&timerLoop.lock)
	if first {
		goSystem(func() {
			for {
				(*timeTimer)(rt_timer_next()).run()
			}
		})
	}
}

// run fires a timer the clock says is due.
func (t *timeTimer) run() {
	now := rt_nanotime()
	lock(&t.lock)
	if !t.pending || t.when > now {
		unlock(&t.lock)
		return
	}
	delta := now - t.when
	again := int64(0)
	if t.period > 0 {
		t.when += t.period * (1 + delta/t.period)
		again = t.when
	} else {
		t.pending = false
	}
	f, arg := t.f, t.arg
	if t.isChan {
		// Under the lock, so that Stop and Reset leave no stale value behind. Sending does not wait or allocate.
		f(arg, 0, delta)
	}
	unlock(&t.lock)
	if again != 0 {
		rt_timer_start(unsafe.Pointer(t), again)
	}
	if !t.isChan {
		f(arg, 0, delta)
	}
}

// beforeReceive delivers a due value at once, whatever the timer goroutine is doing.
func (t *timeTimer) beforeReceive() {
	if t.pending && t.when <= rt_nanotime() {
		t.run()
	}
}

// drain takes an unread value off the channel; t is locked.
func (t *timeTimer) drain() bool {
	c := (*hchan)(t.c)
	lock(&c.lock)
	had := c.qcount > 0
	if had {
		typedmemclr(c.elem, c.slot(c.recvx))
		c.recvx = c.after(c.recvx)
		c.qcount--
	}
	unlock(&c.lock)
	return had
}

//go:linkname newTimer time.newTimer
func newTimer(when, period int64, f func(arg any, seq uintptr, delta int64), arg any, c *hchan) *timeTimer {
	startTimerLoop()
	t := &timeTimer{init: true, when: when, period: period, f: f, arg: arg, pending: true}
	if c != nil {
		t.isChan = true
		t.c = unsafe.Pointer(c)
		c.timer = t
	}
	rt_timer_start(unsafe.Pointer(t), when)
	return t
}

//go:linkname stopTimer time.stopTimer
func stopTimer(t *timeTimer) bool {
	lock(&t.lock)
	was := t.pending
	t.pending = false
	if t.isChan && t.drain() {
		was = true
	}
	unlock(&t.lock)
	rt_timer_stop(unsafe.Pointer(t))
	return was
}

//go:linkname resetTimer time.resetTimer
func resetTimer(t *timeTimer, when, period int64) bool {
	startTimerLoop()
	lock(&t.lock)
	was := t.pending
	t.when = when
	t.period = period
	t.pending = true
	if t.isChan && t.drain() {
		was = true
	}
	unlock(&t.lock)
	rt_timer_start(unsafe.Pointer(t), when)
	return was
}

// haveHighResSleep says that sleeps need not be rounded to milliseconds; package time's tests ask.
//
//go:linkname haveHighResSleep
var haveHighResSleep = true

//go:linkname timeSleep time.Sleep
func timeSleep(ns int64) {
	if ns > 0 {
		rt_sleep(ns)
	}
}

//go:linkname time_now time.now
func time_now() (sec int64, nsec int32, mono int64) {
	s, n := rt_walltime()
	return s, int32(n), rt_nanotime()
}

//go:linkname time_runtimeNow time.runtimeNow
func time_runtimeNow() (sec int64, nsec int32, mono int64) { return time_now() }

//go:linkname time_runtimeNano time.runtimeNano
func time_runtimeNano() int64 { return rt_nanotime() }

//go:linkname time_runtimeIsBubbled time.runtimeIsBubbled
func time_runtimeIsBubbled() bool { return currentBubble() != nil }

// nanotime is pulled by internal/poll and others.
//
//go:linkname nanotime
func nanotime() int64 { return rt_nanotime() }
