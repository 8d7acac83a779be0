// Dying: unrecovered panics, throw and fatal, with gc's texts and exit code 2.
//
// The first goroutine that dies prints and ends the process; others that try wait for that. A failure while printing
// ends the process at once.

package runtime

import (
	"internal/runtime/atomic"
)

var dying struct {
	state atomic.Uint32 // 0 nobody, 1 somebody
	owner uintptr
}

// beginDying makes the calling goroutine the one that dies.
func beginDying() {
	if dying.state.CompareAndSwap(0, 1) {
		dying.owner = rt_getg()
		return
	}
	if dying.owner == rt_getg() {
		rt_exit(3)
	}
	for {
		rt_gosched()
	}
}

type stringer interface{ String() string }

// panicTexts replaces errors and Stringers on the chain by their texts, before the world knows of the death.
func panicTexts(p *panicRecord) {
	defer func() {
		text := "panic while printing panic value: "
		switch r := recover().(type) {
		case nil:
			return
		case string:
			text += r
		default:
			text += "type " + typeString(efaceOf(&r)._type)
		}
		// The chain cannot be printed.
		getgw().panic = nil
		throw(text)
	}()
	for ; p != nil; p = p.link {
		if markRepanic(p) {
			continue
		}
		switch v := p.arg.(type) {
		case error:
			p.arg = v.Error()
		case stringer:
			p.arg = v.String()
		}
	}
}

// markRepanic notes an older panic with the identical value.
func markRepanic(p *panicRecord) bool {
	if p.link == nil || *efaceOf(&p.link.arg) != *efaceOf(&p.arg) {
		return false
	}
	p.link.repanicked = true
	return true
}

// printpanics prints the chain, oldest first.
func printpanics(p *panicRecord) {
	if p.link != nil {
		printpanics(p.link)
		if p.link.repanicked {
			return
		}
		if !p.link.goexit {
			printstring("\t")
		}
	}
	if p.goexit {
		return
	}
	printstring("panic: ")
	printpanicval(p.arg)
	switch {
	case p.recovered && p.repanicked:
		printstring(" [recovered, repanicked]")
	case p.recovered:
		printstring(" [recovered]")
	}
	printnl()
}

// dieOfPanic ends the process for a panic nobody recovered.
func dieOfPanic(p *panicRecord) {
	panicTexts(p)
	beginDying()
	printlock()
	printpanics(p)
	if p.fault {
		printstring("[signal SIGSEGV: segmentation violation code=0x1 addr=")
		printhex(uint64(p.faultAddr))
		printstring(" pc=")
		printhex(uint64(p.faultPC))
		printstring("]\n")
	}
	printunlock()
	dieWithTraceback(0)
}

// dieWithTraceback prints what GOTRACEBACK asks for and exits. all asks for every goroutine.
func dieWithTraceback(all int) {
	level := tracebackLevel
	if level > 0 {
		printnl()
		printOwnTraceback(1)
		if all != 0 || level >= 2 {
			printOtherTracebacks()
		}
	}
	rt_exit(2)
}

// fatalHead prints "fatal error: s", behind the panics that are in flight.
func fatalHead(s string) {
	beginDying()
	printlock()
	if p := topPanic(); p != nil {
		for x := p; x != nil; x = x.link {
			markRepanic(x)
		}
		printpanics(p)
		printstring("\t")
	}
	printstring("fatal error: ")
	printindented(s)
	printnl()
	printunlock()
}

const sigBus = 7

// dieOfFault ends the process for a fault that the fault handler noted: the program used memory that is not there.
func dieOfFault(w *gWords) {
	printlock()
	printstring("unexpected fault address ")
	printhex(uint64(w.faultAddr))
	printnl()
	printunlock()
	fatalHead("fault")
	printlock()
	name := "SIGSEGV: segmentation violation"
	if w.faultSignal == sigBus {
		name = "SIGBUS: bus error"
	}
	printstring("[signal ")
	printstring(name)
	printstring(" code=")
	printhex(uint64(w.faultCode))
	printstring(" addr=")
	printhex(uint64(w.faultAddr))
	var pc uintptr
	rt_callers(2, &pc, 1)
	printstring(" pc=")
	printhex(uint64(pc))
	printstring("]\n")
	printunlock()
	dieWithTraceback(1)
}

// throw ends the process: the runtime itself is wrong.
func throw(s string) {
	fatalHead(s)
	dieWithTraceback(1)
}

// fatal ends the process: the program broke a rule the runtime checks.
func fatal(s string) {
	fatalHead(s)
	dieWithTraceback(0)
}
