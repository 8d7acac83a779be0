// Tracebacks as text, in gc's form.
//
//	goroutine 1 [running]:
//	main.main()
//		/src/main.go:5 +0x1d
//
// Frames of package runtime are left out unless they are exported or GOTRACEBACK is at least system. Arguments are
// not known at run time: they show as "...".

package runtime

import "unsafe"

// tracebackLevel: 0 none, 1 single, 2 all, 3 system, 4 crash.
var tracebackLevel = 1

func statusText(i *gInfo) string {
	switch i.status {
	case 0:
		return "idle"
	case 1:
		return "runnable"
	case 2:
		return "running"
	case 3:
		return "syscall"
	case 5:
		return "dead"
	}
	if i.reason > 0 && i.reason < int64(len(waitReasons)) {
		return waitReasons[i.reason]
	}
	return "waiting"
}

// printGoroutineHeader prints "goroutine 7 [chan receive, 3 minutes]:".
func printGoroutineHeader(id int64, status string, waited int64) {
	printstring("goroutine ")
	printint(id)
	printstring(" [")
	printstring(status)
	if m := waited / 60e9; m >= 1 {
		printstring(", ")
		printint(m)
		printstring(" minutes")
	}
	printstring("]:\n")
}

// exportedRuntime reports whether a frame of package runtime is shown: its function or method is exported.
func exportedRuntime(name string) bool {
	const pkg = "runtime."
	for i := len(name) - 1; i >= len(pkg)-1; i-- {
		if name[i] == '.' {
			return i+1 < len(name) && name[i+1] >= 'A' && name[i+1] <= 'Z' && i == len(pkg)-1
		}
	}
	return false
}

func hasPrefix(s, prefix string) bool { return len(s) >= len(prefix) && s[:len(prefix)] == prefix }

// showFrame decides whether a logical frame appears. first: nothing has been shown yet.
func showFrame(info *frameInfo, first bool) bool {
	if tracebackLevel >= 3 {
		return true
	}
	if info.flags&1 != 0 {
		return false
	}
	name := info.name()
	if name == "runtime.gopanic" {
		return !first
	}
	return !hasPrefix(name, "runtime.") || exportedRuntime(name)
}

// printFrame prints a frame's two lines.
func printFrame(info *frameInfo, pc uintptr) {
	name := info.name()
	if name == "runtime.gopanic" {
		name = "panic"
	}
	printfuncname(name)
	if name == "main.main" {
		printstring("()")
	} else {
		printstring("(...)")
	}
	printPosition(info, pc)
}

// printPosition ends a frame's first line and prints its second; pc is 0 in an inlined call.
func printPosition(info *frameInfo, pc uintptr) {
	printstring("\n\t")
	printstring(info.filename())
	printstring(":")
	printuint(uint64(info.line))
	if pc != 0 && pc > info.entry {
		printstring(" +")
		printhex(uint64(pc - info.entry))
	}
	printnl()
}

// printfuncname prints a function's name with type arguments left out as gc does.
func printfuncname(name string) {
	for i := 0; i < len(name); i++ {
		if name[i] == '[' {
			j := len(name) - 1
			for j > i && name[j] != ']' {
				j--
			}
			if j > i {
				printstring(name[:i])
				printstring("[...]")
				printstring(name[j+1:])
				return
			}
		}
	}
	printstring(name)
}

const tracebackMax = 100

// printPCs prints frames of return addresses, of which at most tracebackMax; it reports how many it printed.
func printPCs(pcs []uintptr, shown int) int {
	for _, pc := range pcs {
		for depth := 0; ; depth++ {
			info, ok := lookup(pc-1, depth)
			if !ok {
				break
			}
			if !showFrame(&info, shown == 0) {
				continue
			}
			if shown == tracebackMax {
				printstring("...additional frames elided...\n")
				return shown + 1
			}
			if isOutermost(pc-1, depth) {
				printFrame(&info, pc)
			} else {
				printFrame(&info, 0)
			}
			shown++
		}
	}
	return shown
}

// printOwnTraceback prints the calling goroutine, less skip physical frames.
//
//go:noinline
func printOwnTraceback(skip int) {
	printlock()
	printGoroutineHeader(int64(rt_goid()), "running", 0)
	var pcs [64]uintptr
	shown := 0
	for {
		n := rt_callers(skip, (*uintptr)(noescape(unsafe.Pointer(&pcs))), len(pcs))
		shown = printPCs(pcs[:n], shown)
		skip += n
		if n < len(pcs) || shown > tracebackMax {
			break
		}
	}
	var info gInfo
	rt_g_info(-1, (*gInfo)(noescape(unsafe.Pointer(&info))))
	printCreator(&info)
	printunlock()
}

// printCreator prints where a goroutine was created; the first has no creator.
func printCreator(g *gInfo) {
	if g.goPC == 0 {
		return
	}
	info, ok := lookup(g.goPC-1, 0)
	if !ok {
		return
	}
	printstring("created by ")
	printfuncname(info.name())
	printstring(" in goroutine ")
	printint(g.parent)
	if !isOutermost(g.goPC-1, 0) {
		g.goPC = 0
	}
	printPosition(&info, g.goPC)
}

// printOtherTracebacks prints every other goroutine.
func printOtherTracebacks() {
	own := int64(rt_goid())
	var info gInfo
	for i := 0; rt_g_info(i, (*gInfo)(noescape(unsafe.Pointer(&info)))) != 0; i++ {
		if info.id != own && info.status != 0 && info.status != 5 {
			printTracebackOf(i, &info)
		}
	}
}

func printTracebackOf(index int, info *gInfo) {
	printlock()
	printnl()
	printGoroutineHeader(info.id, statusText(info), info.waited)
	var pcs [128]uintptr
	k := rt_g_callers(index, (*uintptr)(noescape(unsafe.Pointer(&pcs))), len(pcs))
	if k == 0 && info.status == 2 {
		printstring("\tgoroutine running on other thread; stack unavailable\n")
	}
	printPCs(pcs[:k], 0)
	printCreator(info)
	printunlock()
}

// Stack formats the calling goroutine's stack, or every goroutine's, into buf; it returns how much it wrote.
func Stack(buf []byte, all bool) int {
	if len(buf) == 0 {
		return 0
	}
	printlock() // before the world stops: its holder may have to run to give it up
	if all {
		rt_stop_world()
	}
	printer.sink = buf
	printer.full = 0
	printOwnTraceback(2)
	if all {
		printOtherTracebacks()
	}
	n := printer.full
	printer.sink = nil
	if all {
		rt_start_world()
	}
	printunlock()
	return n
}
