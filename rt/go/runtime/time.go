// Clocks, sleeping and package time's timers.
//
// pending says, under the timer's lock, that the timer is to fire: whoever clears it decides between firing and stopping.
// An *armed* timer is known to the Rust half by its address, or on its bubble's list. A system goroutine takes those that
// fired and runs them. A timer that was re-armed while its old firing was on the way fires by the clock: run looks at when.
//
// A timer with a channel is armed only while goroutines wait for the channel; others find out by the clock whether it is
// due. So one that nobody knows any more is garbage.

package runtime

import "unsafe"

// timeTimer is time.Timer and time.Ticker as this package sees them: the first two fields are theirs.
type timeTimer struct {
	c    unsafe.Pointer // <-chan Time
	init bool

	lock    uint32
	pending bool
	isChan  bool
	armed   bool
	blocked int // goroutines waiting for the channel
	when    int64
	period  int64
	f       func(arg any, seq uintptr, delta int64)
	arg     any

	// Of a bubble's timer; the links are protected by the bubble's lock.
	bubble     *bubble
	listed     bool
	order      uint32 // among timers of one time
	prev, next *timeTimer
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

// now is the time on the timer's clock.
func (t *timeTimer) now() int64 {
	if t.bubble != nil {
		return t.bubble.now
	}
	return rt_nanotime()
}

// rearm has the timer fire in time, if it is to fire and somebody waits for that; t is locked.
func (t *timeTimer) rearm() {
	armed := t.armed
	t.armed = t.pending && (!t.isChan || t.blocked > 0)
	if b := t.bubble; b != nil {
		lock(&b.lock)
		if t.armed {
			b.enter(t)
		} else {
			b.takeOut(t)
		}
		unlock(&b.lock)
	} else if t.armed {
		rt_timer_start(unsafe.Pointer(t), t.when)
	} else if armed {
		rt_timer_stop(unsafe.Pointer(t))
	}
}

// run fires a timer the clock says is due.
func (t *timeTimer) run() {
	now := t.now()
	lock(&t.lock)
	if !t.pending || t.when > now {
		unlock(&t.lock)
		return
	}
	delta := now - t.when
	t.armed = false
	if t.period > 0 {
		t.when += t.period * (1 + delta/t.period)
		t.rearm()
	} else {
		t.pending = false
	}
	f, arg := t.f, t.arg
	if t.isChan {
		// Under the lock, so that Stop and Reset leave no stale value behind. Sending does not wait or allocate.
		f(arg, 0, delta)
	}
	unlock(&t.lock)
	if !t.isChan {
		f(arg, 0, delta)
	}
}

// beforeReceive delivers a due value at once, whatever the timer goroutine is doing.
func (t *timeTimer) beforeReceive() {
	if t.pending && t.when <= t.now() {
		t.run()
	}
}

// block says that a goroutine is about to wait for the channel; no channel is locked.
func (t *timeTimer) block() {
	lock(&t.lock)
	t.blocked++
	if t.blocked == 1 && t.pending {
		t.rearm()
	}
	unlock(&t.lock)
}

// unblock says that a goroutine waits no longer.
func (t *timeTimer) unblock() {
	lock(&t.lock)
	t.blocked--
	if t.blocked == 0 && t.armed {
		t.rearm()
	}
	unlock(&t.lock)
}

// drain takes an unread value off the channel; t is locked.
func (t *timeTimer) drain() bool {
	c := (*hchan)(t.c)
	lock(&c.lock)
	had := c.held
	if had {
		c.dropHeld()
	}
	unlock(&c.lock)
	return had
}

// set makes the timer pending, for a time, or not; it reports whether it was, or its value was not read yet.
func (t *timeTimer) set(pending bool, when, period int64) bool {
	lock(&t.lock)
	was := t.pending
	t.pending, t.when, t.period = pending, when, period
	t.rearm()
	if t.isChan && t.drain() {
		was = true
	}
	unlock(&t.lock)
	if t.bubble != nil && pending && when <= t.bubble.now {
		t.run() // not only when the bubble is idle
	}
	return was
}

//go:linkname newTimer time.newTimer
func newTimer(when, period int64, f func(arg any, seq uintptr, delta int64), arg any, c *hchan) *timeTimer {
	startTimerLoop()
	t := &timeTimer{init: true, f: f, arg: arg, bubble: currentBubble()}
	if c != nil && debugSetting.asynctimerchan == 0 {
		t.isChan = true
		t.c = unsafe.Pointer(c)
		c.timer = t
		// len and cap show no buffer: room for a value remains.
		c.dataqsiz = 0
	}
	t.set(true, when, period)
	return t
}

//go:linkname stopTimer time.stopTimer
func stopTimer(t *timeTimer) bool {
	if t.bubble != nil && t.bubble != currentBubble() {
		fatal("stop of synctest timer from outside bubble")
	}
	return t.set(false, 0, 0)
}

//go:linkname resetTimer time.resetTimer
func resetTimer(t *timeTimer, when, period int64) bool {
	if t.bubble != nil && t.bubble != currentBubble() {
		fatal("reset of synctest timer from outside bubble")
	}
	startTimerLoop()
	return t.set(true, when, period)
}

// haveHighResSleep says that sleeps need not be rounded to milliseconds; package time's tests ask.
//
//go:linkname haveHighResSleep
var haveHighResSleep = true

//go:linkname timeSleep time.Sleep
func timeSleep(ns int64) {
	if ns <= 0 {
		return
	}
	b := currentBubble()
	if b == nil {
		rt_sleep(ns)
		return
	}
	g := rt_getg()
	wake := func(any, uintptr, int64) { readyIn(b, g) }
	t := &timeTimer{f: wake, bubble: b}
	when := b.now + ns
	if when < b.now {
		when = 1<<63 - 1
	}
	t.set(true, when, 0)
	parkIn(b, waitSleep)
}

// time_now has no monotonic time in a bubble: the two clocks have nothing to do with each other.
//
//go:linkname time_now time.now
func time_now() (sec int64, nsec int32, mono int64) {
	if b := currentBubble(); b != nil {
		return b.now / 1e9, int32(b.now % 1e9), 0
	}
	s, n := rt_walltime()
	return s, int32(n), rt_nanotime()
}

//go:linkname time_runtimeNow time.runtimeNow
func time_runtimeNow() (sec int64, nsec int32, mono int64) { return time_now() }

//go:linkname time_runtimeNano time.runtimeNano
func time_runtimeNano() int64 {
	if b := currentBubble(); b != nil {
		return b.now
	}
	return rt_nanotime()
}

//go:linkname time_runtimeIsBubbled time.runtimeIsBubbled
func time_runtimeIsBubbled() bool { return currentBubble() != nil }

// nanotime is pulled by internal/poll and others.
//
//go:linkname nanotime
func nanotime() int64 { return rt_nanotime() }
