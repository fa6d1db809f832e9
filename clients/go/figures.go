package quasar

import (
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// figures are those of the process and its machine for one heartbeat.
type figures struct {
	cpu    protocol.CPU
	memory protocol.Memory
	disks  []protocol.Disk
	gc     *protocol.GC
}

// probe reads the figures of an interval as differences from those before. Only the reporter calls it.
type probe struct {
	at        time.Time
	process   time.Duration
	processOK bool
	machine   machineTimes
	group     groupReading
	gc        gcReading
	disks     diskProbe
}

func newProbe(mounts []string) *probe {
	p := &probe{disks: diskProbe{mounts: mounts}}
	p.look()
	return p
}

// look reads the figures since the last look.
func (p *probe) look() *figures {
	before := *p
	p.at = time.Now()
	p.process, p.processOK = processTime()
	p.machine = readMachineTimes()
	p.group = readGroup()
	p.gc = readGC()
	return &figures{
		cpu:    p.cpu(&before),
		memory: protocol.Memory{System: systemMemory(p.group), Process: processMemory()},
		disks:  p.disks.read(),
		gc:     p.gc.since(before.gc),
	}
}

func (p *probe) cpu(before *probe) protocol.CPU {
	cores := usableCores(p.group)
	cpu := protocol.CPU{Cores: protocol.Rounded(cores), Load: loadAverage()}
	elapsed := p.at.Sub(before.at).Seconds()
	if p.processOK && before.processOK && elapsed > 0 {
		busy := (p.process - before.process).Seconds() / elapsed
		cpu.ProcessCores, cpu.Process = protocol.Rounded(busy), protocol.Percent(busy/cores)
	}
	if p.group.quota > 0 {
		// The container's share of its quota.
		if used := p.group.usage - before.group.usage; p.group.hasUsage && before.group.hasUsage && used >= 0 && elapsed > 0 {
			cpu.System = protocol.Percent(used.Seconds() / elapsed / cores)
		}
	} else if total := p.machine.total - before.machine.total; before.machine.total > 0 && total > 0 {
		cpu.System = protocol.Percent((p.machine.busy - before.machine.busy) / total)
	}
	if throttled := p.group.throttled - before.group.throttled; p.group.hasThrottled && before.group.hasThrottled && throttled >= 0 {
		cpu.Throttled = protocol.Rounded(milliseconds(throttled))
	}
	return cpu
}

const (
	heapObjects = "/memory/classes/heap/objects:bytes"
	heapUnused  = "/memory/classes/heap/unused:bytes"
	heapFree    = "/memory/classes/heap/free:bytes"
)

// processMemory has the heap as Go's runtime tells it: HeapUsed is that of objects, HeapTotal what the heap has of the system. GOMEMLIMIT is
// no limit of the heap alone and may be exceeded, so HeapLimit is unknown.
func processMemory() protocol.ProcessMemory {
	samples := []metrics.Sample{{Name: heapObjects}, {Name: heapUnused}, {Name: heapFree}}
	metrics.Read(samples)
	memory := protocol.ProcessMemory{RSS: residentBytes()}
	total := 0.0
	for i, sample := range samples {
		if sample.Value.Kind() != metrics.KindUint64 {
			return memory
		}
		total += float64(sample.Value.Uint64())
		if i == 0 {
			memory.HeapUsed = protocol.Known(total)
		}
	}
	memory.HeapTotal = protocol.Known(total)
	return memory
}

// gcReading counts the collections since the start. The runtime tells their pauses exactly; runtime/metrics has them in coarse buckets only.
type gcReading struct {
	count  int64
	total  time.Duration
	pauses []time.Duration
}

func readGC() gcReading {
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	return gcReading{count: stats.NumGC, total: stats.PauseTotal, pauses: stats.Pause}
}

func (now gcReading) since(before gcReading) *protocol.GC {
	count := now.count - before.count
	longest := time.Duration(0)
	for _, pause := range now.pauses[:min(int64(len(now.pauses)), max(0, count))] {
		longest = max(longest, pause)
	}
	return &protocol.GC{
		Count:   protocol.Known(float64(count)),
		TotalMs: protocol.Rounded(milliseconds(now.total - before.total)),
		MaxMs:   protocol.Rounded(milliseconds(longest)),
	}
}

// diskEvery is how often disks are read: they fill over minutes.
const diskEvery = time.Minute

// diskProbe reads disks beside the reports: a file system that hangs delays none, and is not asked again before it has answered.
type diskProbe struct {
	mounts []string
	readAt time.Time
	state  *diskState
}

type diskState struct {
	isReading atomic.Bool
	mu        sync.Mutex
	disks     []protocol.Disk
}

// firstDiskWait lets the first report have the disks, which usually answer at once.
const firstDiskWait = 50 * time.Millisecond

func (d *diskProbe) read() []protocol.Disk {
	if len(d.mounts) == 0 {
		return nil
	}
	if d.state == nil {
		d.state = &diskState{}
	}
	state := d.state
	if time.Since(d.readAt) >= diskEvery && state.isReading.CompareAndSwap(false, true) {
		isFirst := d.readAt.IsZero()
		d.readAt = time.Now()
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer state.isReading.Store(false)
			state.read(d.mounts)
		}()
		if isFirst {
			select {
			case <-done:
			case <-time.After(firstDiskWait):
			}
		}
	}
	state.mu.Lock()
	defer state.mu.Unlock()
	return state.disks
}

func (s *diskState) read(mounts []string) {
	var disks []protocol.Disk
	for _, mount := range mounts[:min(len(mounts), protocol.MaxDisks)] {
		disk, ok := diskUsage(mount)
		if !ok {
			disk = protocol.Disk{}
		}
		disk.Mount = protocol.Cut(mount, protocol.MaxNameChars)
		disks = append(disks, disk)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disks = disks
}

func milliseconds(duration time.Duration) float64 {
	return float64(duration) / float64(time.Millisecond)
}
