// What package runtime/metrics reads. Metrics that this runtime does not count, histograms among them, have no value:
// their kind is KindBad.

package runtime

import "unsafe"

// metricSample is metrics.Sample.
type metricSample struct {
	name  string
	value metricValue
}

type metricValue struct {
	kind    int
	scalar  uint64
	pointer unsafe.Pointer
}

// Values of metricValue.kind.
const (
	metricBad = iota
	metricUint64
)

//go:linkname metrics_read runtime/metrics.runtime_readMetrics
func metrics_read(samples unsafe.Pointer, n, cap int) {
	var m memWords
	rt_mem_stats((*memWords)(noescape(unsafe.Pointer(&m))))
	var states [6]uint64 // goroutines by gInfo.status
	var info gInfo
	for i := 0; rt_g_info(i, (*gInfo)(noescape(unsafe.Pointer(&info)))) != 0; i++ {
		states[info.status]++
	}
	for i := range unsafe.Slice((*metricSample)(samples), n) {
		s := (*metricSample)(add(samples, uintptr(i)*unsafe.Sizeof(metricSample{})))
		value, known := metric(s.name, &m, &states)
		s.value.scalar, s.value.kind = value, metricBad
		if known {
			s.value.kind = metricUint64
		}
	}
}

func metric(name string, m *memWords, states *[6]uint64) (value uint64, known bool) {
	switch name {
	case "/cgo/go-to-c-calls:calls":
		return 0, true
	case "/gc/cycles/automatic:gc-cycles":
		return m.numGC - m.numForcedGC, true
	case "/gc/cycles/forced:gc-cycles":
		return m.numForcedGC, true
	case "/gc/cycles/total:gc-cycles":
		return m.numGC, true
	case "/gc/gomemlimit:bytes":
		return uint64(rt_set_memory_limit(-1)), true
	case "/gc/heap/allocs:bytes":
		return m.totalAlloc, true
	case "/gc/heap/allocs:objects":
		return m.mallocs, true
	case "/gc/heap/frees:bytes":
		return m.totalAlloc - m.heapAlloc, true
	case "/gc/heap/frees:objects":
		return m.frees, true
	case "/gc/heap/goal:bytes":
		return m.nextGC, true
	case "/gc/heap/objects:objects":
		return m.heapObjects, true
	case "/memory/classes/heap/free:bytes":
		return m.heapIdle - m.heapReleased, true
	case "/memory/classes/heap/objects:bytes":
		return m.heapAlloc, true
	case "/memory/classes/heap/released:bytes":
		return m.heapReleased, true
	case "/memory/classes/heap/stacks:bytes":
		return m.stackInuse, true
	case "/memory/classes/heap/unused:bytes":
		return m.heapInuse - m.heapAlloc, true
	case "/memory/classes/metadata/other:bytes":
		return m.gcSys, true
	case "/memory/classes/other:bytes":
		return m.otherSys, true
	case "/memory/classes/total:bytes":
		return m.sys, true
	case "/sched/gomaxprocs:threads":
		return uint64(rt_gomaxprocs(0)), true
	case "/sched/goroutines:goroutines":
		return uint64(rt_numgoroutine()), true
	case "/sched/goroutines/runnable:goroutines":
		return states[1], true
	case "/sched/goroutines/running:goroutines":
		return states[2], true
	case "/sched/goroutines/not-in-go:goroutines":
		return states[3], true
	case "/sched/goroutines/waiting:goroutines":
		return states[4], true
	}
	return godebugMetric(name)
}
