package quasar

import "github.com/gravito-framework/quasar/clients/go/protocol"

// minute sums the figures of heartbeats. Unknown ones count in nothing.
type minute struct {
	hasAny                   bool
	cpu, systemCPU, load     mean
	rss, heap, memory, limit most
	diskPct                  most
	diskFree                 *float64
	gcMs, gcCount            sum
}

func (m *minute) add(f *figures) {
	m.hasAny = true
	m.cpu.add(f.cpu.Process)
	m.systemCPU.add(f.cpu.System)
	if f.cpu.Load != nil && f.cpu.Cores != nil && *f.cpu.Cores > 0 {
		m.load.add(protocol.Known(f.cpu.Load[0] / *f.cpu.Cores))
	}
	m.rss.add(f.memory.Process.RSS)
	m.heap.add(f.memory.Process.HeapUsed)
	m.memory.add(f.memory.System.Used)
	m.limit.add(f.memory.System.Total)
	if f.gc != nil {
		m.gcMs.add(f.gc.TotalMs)
		m.gcCount.add(f.gc.Count)
	}
	if disk := fullest(f.disks); disk != nil {
		m.diskPct.add(disk.UsedPct)
		if disk.Free != nil && (m.diskFree == nil || *disk.Free < *m.diskFree) {
			m.diskFree = disk.Free
		}
	}
}

func (m *minute) process() *protocol.ProcessMinute {
	if !m.hasAny {
		return nil
	}
	return &protocol.ProcessMinute{
		CPU: m.cpu.value(), RSS: m.rss.value, HeapUsed: m.heap.value, GCMs: m.gcMs.value, GCCount: m.gcCount.value, DiskPct: m.diskPct.value,
	}
}

func (m *minute) system(host string) *protocol.SystemMinute {
	if !m.hasAny {
		return nil
	}
	return &protocol.SystemMinute{
		Host: protocol.Text(host), CPU: m.systemCPU.value(), Memory: m.memory.value, MemoryLimit: m.limit.value,
		DiskFree: m.diskFree, Load: m.load.value(),
	}
}

func fullest(disks []protocol.Disk) *protocol.Disk {
	var full *protocol.Disk
	for i := range disks {
		if disks[i].UsedPct != nil && (full == nil || *disks[i].UsedPct > *full.UsedPct) {
			full = &disks[i]
		}
	}
	return full
}

type mean struct {
	sum   float64
	count int
}

func (m *mean) add(value *float64) {
	if value != nil {
		m.sum += *value
		m.count++
	}
}

func (m *mean) value() *float64 {
	if m.count == 0 {
		return nil
	}
	return protocol.Rounded(m.sum / float64(m.count))
}

type most struct{ value *float64 }

func (m *most) add(value *float64) {
	if value != nil && (m.value == nil || *value > *m.value) {
		m.value = value
	}
}

type sum struct{ value *float64 }

func (s *sum) add(value *float64) {
	if value == nil {
		return
	}
	total := *value
	if s.value != nil {
		total += *s.value
	}
	s.value = protocol.Rounded(total)
}
