// Bubbles of testing/synctest: goroutines with a clock of their own, which moves on when all of them wait for each other.
//
// A goroutine is *durably blocked* while only its own bubble can wake it. running counts the others: whoever is about to
// park durably takes itself out, whoever wakes it counts it in again, before it is ready. At 0 the goroutine that called
// Run, which is not counted, goes on: it runs timers that are due, else the goroutine in Wait, else moves the clock to
// the next timer; without one the bubble has ended. The Rust half counts goroutines that start and end.
//
// Timers are on a list of the bubble, ordered by time; see time.go.

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

type bubble struct {
	// The Rust half's, see rt/abi/src/tls.rs: Bubble.
	running atomic.Int64  // goroutines not durably blocked
	total   atomic.Int64  // goroutines
	idling  atomic.Uint32 // 1: root is parked until running is 0
	root    uintptr       // the goroutine that called Run

	lock    uint32
	waiting bool // a goroutine is in Wait
	done    bool // the function given to Run has returned
	id      uint64
	waiter  uintptr // the goroutine in Wait, if it is parked
	now     int64   // changed while nothing else runs
	timers  *timeTimer
}

// bubbleEpoch is when clocks of bubbles start: midnight UTC 2000-01-01.
const bubbleEpoch = 946684800000000000

var bubbleIDs atomic.Uint64

func currentBubble() *bubble { return getgw().bubble }

// parkIn parks the goroutine, durably if b is its bubble and not nil.
func parkIn(b *bubble, reason uintptr) {
	if b != nil && b.running.Add(-1) == 0 && b.idling.CompareAndSwap(1, 0) {
		rt_ready(b.root)
	}
	rt_park(reason)
}

// readyIn readies a goroutine that parked with parkIn.
func readyIn(b *bubble, g uintptr) {
	if b != nil {
		b.running.Add(1)
	}
	rt_ready(g)
}

// awaitIdle returns when all goroutines of the bubble are durably blocked. The caller is root.
func (b *bubble) awaitIdle() {
	for b.running.Load() != 0 {
		b.idling.Store(1)
		if b.running.Load() == 0 && b.idling.CompareAndSwap(1, 0) {
			return // nobody has taken it upon himself to wake this goroutine
		}
		rt_park(waitSynctestRun)
	}
}

type bubbleDeadlock struct{ reason string }

func (e bubbleDeadlock) Error() string { return e.reason }

//go:linkname synctestRun internal/synctest.Run
func synctestRun(f func()) {
	if currentBubble() != nil {
		panic("synctest.Run called from within a synctest bubble")
	}
	b := &bubble{id: bubbleIDs.Add(1), root: rt_getg(), now: bubbleEpoch}
	getgw().bubble = b
	defer func() {
		getgw().bubble = nil
		forgetAssociations(b)
	}()
	go func() {
		defer func() { b.done = true }()
		f()
	}()
	for {
		b.awaitIdle()
		if b.runTimers() {
			continue
		}
		lock(&b.lock)
		waiter, first, next := b.waiter, b.timers, int64(0)
		b.waiter = 0
		if first != nil {
			next = first.when
		}
		unlock(&b.lock)
		if waiter != 0 {
			readyIn(b, waiter)
			continue
		}
		if first == nil || b.done {
			break
		}
		b.now = next
	}
	if b.total.Load() != 0 {
		if b.done {
			panic(bubbleDeadlock{"deadlock: main bubble goroutine has exited but blocked goroutines remain"})
		}
		panic(bubbleDeadlock{"deadlock: all goroutines in bubble are blocked"})
	}
}

// runTimers runs the timers that are due; false: there are none.
func (b *bubble) runTimers() (any bool) {
	for {
		lock(&b.lock)
		t := b.timers
		if t == nil || t.when > b.now {
			unlock(&b.lock)
			return
		}
		b.takeOut(t)
		unlock(&b.lock)
		t.run()
		any = true
	}
}

// enter puts a timer where it belongs on the list, among those of the same time anywhere; b is locked.
func (b *bubble) enter(t *timeTimer) {
	b.takeOut(t)
	t.listed = true
	t.order = cheaprand()
	at := &b.timers
	var prev *timeTimer
	for *at != nil && ((*at).when < t.when || (*at).when == t.when && (*at).order < t.order) {
		prev = *at
		at = &prev.next
	}
	t.prev, t.next = prev, *at
	if t.next != nil {
		t.next.prev = t
	}
	*at = t
}

// takeOut takes a timer off the list if it is on it; b is locked.
func (b *bubble) takeOut(t *timeTimer) {
	if !t.listed {
		return
	}
	t.listed = false
	if t.prev == nil {
		b.timers = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	}
	t.prev, t.next = nil, nil
}

//go:linkname synctestWait internal/synctest.Wait
func synctestWait() {
	b := currentBubble()
	if b == nil {
		panic("goroutine is not in a bubble")
	}
	g := rt_getg()
	lock(&b.lock)
	if b.waiting {
		unlock(&b.lock)
		panic("wait already in progress")
	}
	b.waiting, b.waiter = true, g
	unlock(&b.lock)
	parkIn(b, waitSynctestWait)
	lock(&b.lock)
	b.waiting = false
	unlock(&b.lock)
}

//go:linkname synctest_isInBubble internal/synctest.IsInBubble
func synctest_isInBubble() bool { return currentBubble() != nil }

// synctest_acquire keeps the caller's bubble from being idle until synctest_release.
//
//go:linkname synctest_acquire internal/synctest.acquire
func synctest_acquire() any {
	b := currentBubble()
	if b == nil {
		return nil
	}
	b.running.Add(1)
	return b
}

//go:linkname synctest_release internal/synctest.release
func synctest_release(x any) {
	b := x.(*bubble)
	if b.running.Add(-1) == 0 && b.idling.CompareAndSwap(1, 0) {
		rt_ready(b.root)
	}
}

//go:linkname synctest_inBubble internal/synctest.inBubble
func synctest_inBubble(x any, f func()) {
	if currentBubble() != nil {
		panic("goroutine is already bubbled")
	}
	getgw().bubble = x.(*bubble)
	defer func() { getgw().bubble = nil }()
	f()
}

// Objects that belong to bubbles: WaitGroups.

// Values of internal/synctest.Association.
const (
	ofThisBubble  = 1
	ofOtherBubble = 2
)

// An association of an object with the bubble that first used it, until the bubble ends.
type association struct {
	next   *association
	object unsafe.Pointer
	bubble *bubble
}

var associations struct {
	lock  uint32
	first *association
}

// associationOf finds the object's bubble, nil if it has none, or enters the given one.
func associationOf(p unsafe.Pointer, enter *association) *bubble {
	lock(&associations.lock)
	a := associations.first
	for a != nil && a.object != p {
		a = a.next
	}
	if a == nil && enter != nil {
		enter.next = associations.first
		associations.first = enter
		a = enter
	}
	var b *bubble
	if a != nil {
		b = a.bubble
	}
	unlock(&associations.lock)
	return b
}

// dropAssociations takes out those of the object, or of the bubble.
func dropAssociations(p unsafe.Pointer, b *bubble) {
	lock(&associations.lock)
	for at := &associations.first; *at != nil; {
		if a := *at; a.object == p || a.bubble == b {
			*at = a.next
		} else {
			at = &a.next
		}
	}
	unlock(&associations.lock)
}

func forgetAssociations(b *bubble) { dropAssociations(nil, b) }

//go:linkname synctest_associate internal/synctest.associate
func synctest_associate(p unsafe.Pointer) int {
	own := currentBubble()
	if associationOf(p, &association{object: p, bubble: own}) == own {
		return ofThisBubble
	}
	return ofOtherBubble
}

//go:linkname synctest_disassociate internal/synctest.disassociate
func synctest_disassociate(p unsafe.Pointer) { dropAssociations(p, nil) }

//go:linkname synctest_isAssociated internal/synctest.isAssociated
func synctest_isAssociated(p unsafe.Pointer) bool {
	own := currentBubble()
	return own != nil && associationOf(p, nil) == own
}
