package report

import (
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

// minute adds up a node's heartbeats for its history, from which the page draws the past.
type minute struct {
	from                                time.Time
	cpu, system, load                   mean
	rss, heap, memory, loopP99, diskPct *float64
	gcMs, gcCount, diskFree             *float64
	utilization                         mean
	last                                *protocol.Heartbeat
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

func (m *minute) note(beat *protocol.Heartbeat) {
	m.last = beat
	m.cpu.add(beat.CPU.Process)
	m.system.add(beat.CPU.System)
	m.rss = highest(m.rss, beat.Memory.Process.RSS)
	m.heap = highest(m.heap, beat.Memory.Process.HeapUsed)
	m.memory = highest(m.memory, beat.Memory.System.Used)
	if load, cores := beat.CPU.Load, beat.CPU.Cores; load != nil && cores != nil && *cores > 0 {
		m.load.add(protocol.Known(load[0] / *cores))
	}
	for _, disk := range beat.Disk {
		m.noteDisk(disk)
	}
	if loop := beat.EventLoop; loop != nil {
		m.loopP99 = highest(m.loopP99, loop.P99)
		m.utilization.add(loop.Utilization)
	}
	if gc := beat.GC; gc != nil {
		m.gcMs, m.gcCount = added(m.gcMs, gc.TotalMs), added(m.gcCount, gc.Count)
	}
}

// noteDisk keeps the fullest disk.
func (m *minute) noteDisk(disk protocol.Disk) {
	if disk.UsedPct == nil || m.diskPct != nil && *disk.UsedPct < *m.diskPct {
		return
	}
	m.diskPct, m.diskFree = disk.UsedPct, disk.Free
}

// record has no series: routes and jobs are unknown to the agent.
func (m *minute) record(at time.Time) *writer.Record {
	system := m.last.Memory.System
	limit := system.Limit
	if limit == nil {
		limit = system.Total
	}
	return writer.History(protocol.Rollup{
		Node: m.last.ID,
		Process: &protocol.ProcessMinute{
			CPU: m.cpu.value(), RSS: m.rss, HeapUsed: m.heap, LoopP99: m.loopP99, Utilization: m.utilization.value(),
			GCMs: m.gcMs, GCCount: m.gcCount, DiskPct: m.diskPct,
		},
		System: &protocol.SystemMinute{
			Host: m.last.Hostname, CPU: m.system.value(), Memory: m.memory, MemoryLimit: limit,
			HeapLimit: m.last.Memory.Process.HeapLimit, DiskFree: m.diskFree, Load: m.load.value(),
		},
	}, at.Sub(m.from), at)
}

func highest(a, b *float64) *float64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

func added(a, b *float64) *float64 {
	if a == nil || b == nil {
		return highest(a, b)
	}
	return protocol.Rounded(*a + *b)
}
