// What the kernel hands over at start: arguments, environment, GODEBUG and GOTRACEBACK.

package runtime

import "unsafe"

var (
	argslice []string
	envs     []string
)

func cstringAt(base unsafe.Pointer, i int) *byte {
	return *(**byte)(add(base, uintptr(i)*unsafe.Sizeof(uintptr(0))))
}

func readArguments() {
	argc, argv := rt_args()
	argslice = make([]string, argc)
	for i := range argslice {
		argslice[i] = gostringnocopy(cstringAt(argv, i))
	}
	n := 0
	for cstringAt(argv, argc+1+n) != nil {
		n++
	}
	envs = make([]string, n)
	for i := range envs {
		envs[i] = gostring(cstringAt(argv, argc+1+i))
	}
}

// gogetenv is the value of a variable at start, "" if there is none.
func gogetenv(key string) string {
	for _, s := range envs {
		if len(s) > len(key) && s[len(key)] == '=' && s[:len(key)] == key {
			return s[len(key)+1:]
		}
	}
	return ""
}

// debugSetting holds the GODEBUG settings this runtime knows.
var debugSetting struct {
	panicnil       int
	asynctimerchan int
}

func readEnvironment() {
	setTraceback(gogetenv("GOTRACEBACK"))
	updateGodebug(gogetenv("GODEBUG"))
}

// updateGodebug reads a comma-separated list of name=value; of several the last counts.
func updateGodebug(text string) {
	debugSetting.panicnil, debugSetting.asynctimerchan = 0, 0
	for text != "" {
		item := text
		if i := indexByte(text, ','); i >= 0 {
			item, text = text[:i], text[i+1:]
		} else {
			text = ""
		}
		switch item {
		case "panicnil=1":
			debugSetting.panicnil = 1
		case "asynctimerchan=2": // package time itself knows 1
			debugSetting.asynctimerchan = 2
		}
	}
}

func indexByte(s string, c byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			return i
		}
	}
	return -1
}

//go:linkname setTraceback runtime/debug.SetTraceback
func setTraceback(level string) {
	switch level {
	case "none":
		tracebackLevel = 0
	case "single", "":
		tracebackLevel = 1
	case "all":
		tracebackLevel = 2
	case "system":
		tracebackLevel = 3
	case "crash", "wer":
		tracebackLevel = 4
	default:
		n := 0
		for i := 0; i < len(level); i++ {
			if level[i] < '0' || level[i] > '9' || n > 4 {
				n = 2
				break
			}
			n = n*10 + int(level[i]-'0')
		}
		tracebackLevel = min(n, 4)
	}
}

// Settings of package internal/godebug.
var godebug struct {
	update func(string, string)
	newInc func(string) func()
	env    string
}

//go:linkname godebug_setUpdate internal/godebug.setUpdate
func godebug_setUpdate(update func(string, string)) {
	godebug.update = update
	godebug.env = gogetenv("GODEBUG")
	update(godebugDefault, godebug.env)
}

// godebugDefault is what //go:debug lines and the main module's go version ask for, set by the compiler's driver.
var godebugDefault string

//go:linkname godebug_registerMetric internal/godebug.registerMetric
func godebug_registerMetric(name string, read func() uint64) {
	lock(&godebugMetrics.lock)
	n := len(godebugMetrics.reads)
	room := n < cap(godebugMetrics.reads)
	if room {
		godebugMetrics.names = append(godebugMetrics.names, name)
		godebugMetrics.reads = append(godebugMetrics.reads, read)
	}
	unlock(&godebugMetrics.lock)
	if room {
		return
	}
	// Grow outside the lock, under which nothing is allocated.
	names, reads := make([]string, n, 2*n+16), make([]func() uint64, n, 2*n+16)
	lock(&godebugMetrics.lock)
	if len(godebugMetrics.reads) == n {
		copy(names, godebugMetrics.names)
		copy(reads, godebugMetrics.reads)
		godebugMetrics.names, godebugMetrics.reads = names, reads
	}
	unlock(&godebugMetrics.lock)
	godebug_registerMetric(name, read)
}

var godebugMetrics struct {
	lock  uint32
	names []string
	reads []func() uint64
}

// godebugMetric reads the metric registered under a name.
func godebugMetric(name string) (value uint64, known bool) {
	lock(&godebugMetrics.lock)
	var read func() uint64
	for i, n := range godebugMetrics.names {
		if n == name {
			read = godebugMetrics.reads[i]
		}
	}
	unlock(&godebugMetrics.lock)
	if read == nil {
		return 0, false
	}
	return read(), true
}

//go:linkname godebug_setNewIncNonDefault internal/godebug.setNewIncNonDefault
func godebug_setNewIncNonDefault(newInc func(string) func()) { godebug.newInc = newInc }

// noteGodebug counts a use of behaviour that is not the default.
func noteGodebug(name string) {
	if godebug.newInc != nil {
		godebug.newInc(name)()
	}
}

//go:linkname os_runtime_args os.runtime_args
func os_runtime_args() []string { return append([]string{}, argslice...) }

//go:linkname syscall_runtime_envs syscall.runtime_envs
func syscall_runtime_envs() []string { return append([]string{}, envs...) }

//go:linkname syscall_runtimeSetenv syscall.runtimeSetenv
func syscall_runtimeSetenv(key, value string) {
	if key == "GODEBUG" {
		godebugChanged(value)
	}
}

//go:linkname syscall_runtimeUnsetenv syscall.runtimeUnsetenv
func syscall_runtimeUnsetenv(key string) {
	if key == "GODEBUG" {
		godebugChanged("")
	}
}

//go:linkname syscall_runtimeClearenv syscall.runtimeClearenv
func syscall_runtimeClearenv(env map[string]int) { godebugChanged("") }

func godebugChanged(value string) {
	updateGodebug(value)
	godebug.env = value
	if godebug.update != nil {
		godebug.update(godebugDefault, value)
	}
}

// getAuxv is pulled by golang.org/x/sys/cpu: the auxiliary vector as tag and value pairs.
//
//go:linkname getAuxv
func getAuxv() []uintptr {
	p := rt_auxv()
	n := 0
	for *(*uintptr)(add(p, uintptr(n)*8)) != 0 {
		n += 2
	}
	return unsafe.Slice((*uintptr)(p), n)
}
