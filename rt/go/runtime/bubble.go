// Hooks of testing/synctest. Bubbles are not implemented: no goroutine is ever in one, and entering one is fatal.

package runtime

import "unsafe"

type bubble struct{ id int }

func currentBubble() *bubble { return getgw().bubble }

//go:linkname synctest_isInBubble internal/synctest.IsInBubble
func synctest_isInBubble() bool { return currentBubble() != nil }

//go:linkname synctestRun internal/synctest.Run
func synctestRun(f func()) { fatal("testing/synctest is not supported") }

//go:linkname synctestWait internal/synctest.Wait
func synctestWait() { panic("goroutine is not in a bubble") }

//go:linkname synctest_acquire internal/synctest.acquire
func synctest_acquire() any { return nil }

//go:linkname synctest_release internal/synctest.release
func synctest_release(x any) {}

//go:linkname synctest_inBubble internal/synctest.inBubble
func synctest_inBubble(x any, f func()) { f() }

//go:linkname synctest_associate internal/synctest.associate
func synctest_associate(p unsafe.Pointer) int { return 0 }

//go:linkname synctest_disassociate internal/synctest.disassociate
func synctest_disassociate(p unsafe.Pointer) {}

//go:linkname synctest_isAssociated internal/synctest.isAssociated
func synctest_isAssociated(p unsafe.Pointer) bool { return false }
