// Semaphores behind sync's locks, and the notify lists behind sync.Cond.
//
// Waiters queue under their address in a bucket, whose lock they park with. A release that finds no waiter touches no
// lock. A handed-over semaphore is taken for the waiter before it is woken.

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

type semaWaiter struct {
	addr   *uint32
	g      uintptr
	next   *semaWaiter
	handed bool
	ticket uint32  // notify lists
	since  int64   // see mutexStart
	bubble *bubble // in which the goroutine is durably blocked
}

type semaBucket struct {
	lock    uint32
	waiting atomic.Uint32
	first   *semaWaiter
	last    *semaWaiter
	_       [32]byte
}

var semaBuckets [256]semaBucket

func semaBucketOf(addr *uint32) *semaBucket {
	h := uint64(uintptr(unsafe.Pointer(addr))>>3) * 0x9E3779B97F4A7C15
	return &semaBuckets[h>>56]
}

func semaTake(addr *uint32) bool {
	for {
		v := atomic.Load(addr)
		if v == 0 {
			return false
		}
		if atomic.Cas(addr, v, v-1) {
			return true
		}
	}
}

// inside: the goroutine's bubble if nothing outside of it can release the semaphore.
func semacquire(addr *uint32, lifo, mutex bool, inside *bubble, reason uintptr) {
	if semaTake(addr) {
		return
	}
	w := new(semaWaiter)
	b := semaBucketOf(addr)
	blocked, waits := blockStart(), int64(0)
	if mutex {
		waits = mutexStart()
	}
	for {
		*w = semaWaiter{addr: addr, g: rt_getg(), since: waits, bubble: inside}
		lock(&b.lock)
		b.waiting.Add(1) // before the last look, so that a release after it sees a waiter
		if semaTake(addr) {
			b.waiting.Add(-1)
			unlock(&b.lock)
			return
		}
		switch {
		case b.first == nil:
			b.first, b.last = w, w
		case lifo:
			w.next = b.first
			b.first = w
		default:
			b.last.next = w
			b.last = w
		}
		unlock(&b.lock)
		parkIn(inside, reason)
		if w.handed || semaTake(addr) {
			blockEnd(blocked)
			return
		}
	}
}

func semrelease(addr *uint32, handoff bool) {
	b := semaBucketOf(addr)
	atomic.Xadd(addr, 1)
	if b.waiting.Load() == 0 {
		return
	}
	lock(&b.lock)
	var prev *semaWaiter
	w := b.first
	for w != nil && w.addr != addr {
		prev, w = w, w.next
	}
	if w == nil {
		unlock(&b.lock)
		return
	}
	if prev == nil {
		b.first = w.next
	} else {
		prev.next = w.next
	}
	if b.last == w {
		b.last = prev
	}
	w.next = nil
	b.waiting.Add(-1)
	w.handed = handoff && semaTake(addr)
	handed, since, inside := w.handed, w.since, w.bubble
	unlock(&b.lock)
	mutexEnd(since)
	readyIn(inside, w.g)
	if handed {
		rt_gosched()
	}
}

//go:linkname sync_runtime_Semacquire sync.runtime_Semacquire
func sync_runtime_Semacquire(addr *uint32) { semacquire(addr, false, false, nil, waitSemacquire) }

//go:linkname sync_runtime_SemacquireWaitGroup sync.runtime_SemacquireWaitGroup
func sync_runtime_SemacquireWaitGroup(addr *uint32, synctestDurable bool) {
	var inside *bubble
	if synctestDurable {
		inside = currentBubble()
	}
	semacquire(addr, false, false, inside, waitWaitGroup)
}

//go:linkname sync_runtime_SemacquireRWMutexR sync.runtime_SemacquireRWMutexR
func sync_runtime_SemacquireRWMutexR(addr *uint32, lifo bool, skip int) {
	semacquire(addr, lifo, true, nil, waitRWMutexRLock)
}

//go:linkname sync_runtime_SemacquireRWMutex sync.runtime_SemacquireRWMutex
func sync_runtime_SemacquireRWMutex(addr *uint32, lifo bool, skip int) {
	semacquire(addr, lifo, true, nil, waitRWMutexLock)
}

//go:linkname sync_runtime_Semrelease sync.runtime_Semrelease
func sync_runtime_Semrelease(addr *uint32, handoff bool, skip int) { semrelease(addr, handoff) }

//go:linkname internal_sync_runtime_SemacquireMutex internal/sync.runtime_SemacquireMutex
func internal_sync_runtime_SemacquireMutex(addr *uint32, lifo bool, skip int) {
	semacquire(addr, lifo, true, nil, waitMutexLock)
}

//go:linkname internal_sync_runtime_Semrelease internal/sync.runtime_Semrelease
func internal_sync_runtime_Semrelease(addr *uint32, handoff bool, skip int) {
	semrelease(addr, handoff)
}

//go:linkname poll_runtime_Semacquire internal/poll.runtime_Semacquire
func poll_runtime_Semacquire(addr *uint32) { semacquire(addr, false, false, nil, waitSemacquire) }

//go:linkname poll_runtime_Semrelease internal/poll.runtime_Semrelease
func poll_runtime_Semrelease(addr *uint32) { semrelease(addr, false) }

// notifyList is sync.notifyList: tickets below notify have been notified.
type notifyList struct {
	wait   atomic.Uint32
	notify uint32
	lock   uint32
	_      uint32
	head   *semaWaiter
	tail   *semaWaiter
}

func ticketLess(a, b uint32) bool { return int32(a-b) < 0 }

//go:linkname notifyListAdd sync.runtime_notifyListAdd
func notifyListAdd(l *notifyList) uint32 { return l.wait.Add(1) - 1 }

//go:linkname notifyListWait sync.runtime_notifyListWait
func notifyListWait(l *notifyList, ticket uint32) {
	w := &semaWaiter{g: rt_getg(), ticket: ticket, bubble: currentBubble()}
	lock(&l.lock)
	if ticketLess(ticket, l.notify) {
		unlock(&l.lock)
		return
	}
	if l.tail == nil {
		l.head = w
	} else {
		l.tail.next = w
	}
	l.tail = w
	unlock(&l.lock)
	since := blockStart()
	parkIn(w.bubble, waitCond)
	blockEnd(since)
}

//go:linkname notifyListNotifyAll sync.runtime_notifyListNotifyAll
func notifyListNotifyAll(l *notifyList) {
	lock(&l.lock)
	w := l.head
	l.head, l.tail = nil, nil
	l.notify = l.wait.Load()
	unlock(&l.lock)
	for w != nil {
		next := w.next
		w.next = nil
		w.notify()
		w = next
	}
}

//go:linkname notifyListNotifyOne sync.runtime_notifyListNotifyOne
func notifyListNotifyOne(l *notifyList) {
	lock(&l.lock)
	ticket := l.notify
	if ticket == l.wait.Load() {
		unlock(&l.lock)
		return
	}
	l.notify++
	// The ticket's goroutine may not have come to wait yet; it will see that it is notified.
	var prev *semaWaiter
	w := l.head
	for w != nil && w.ticket != ticket {
		prev, w = w, w.next
	}
	if w != nil {
		if prev == nil {
			l.head = w.next
		} else {
			prev.next = w.next
		}
		if l.tail == w {
			l.tail = prev
		}
		w.next = nil
	}
	unlock(&l.lock)
	if w != nil {
		w.notify()
	}
}

// notify wakes a goroutine that has been taken off a notify list.
func (w *semaWaiter) notify() {
	if w.bubble != nil && w.bubble != currentBubble() {
		fatal("semaphore wake of synctest goroutine from outside bubble")
	}
	readyIn(w.bubble, w.g)
}

//go:linkname notifyListCheck sync.runtime_notifyListCheck
func notifyListCheck(size uintptr) {
	if size != unsafe.Sizeof(notifyList{}) {
		throw("runtime: bad notifyList size")
	}
}
