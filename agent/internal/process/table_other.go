//go:build !linux

package process

import (
	"context"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// systemTable asks the system through gopsutil.
type systemTable struct{}

func newTable(string) table { return systemTable{} }

func (systemTable) list(ctx context.Context) ([]entry, error) {
	processes, err := process.ProcessesWithContext(ctx)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, len(processes))
	for _, one := range processes {
		if read, ok := readEntry(ctx, one); ok {
			entries = append(entries, read)
		}
	}
	return entries, nil
}

// readEntry is false for a process that ended meanwhile.
func readEntry(ctx context.Context, one *process.Process) (entry, bool) {
	created, err := one.CreateTimeWithContext(ctx)
	name, nameErr := one.NameWithContext(ctx)
	if err != nil || nameErr != nil {
		return entry{}, false
	}
	read := entry{Key: Key{int(one.Pid), uint64(created)}, name: name, age: max(0, time.Since(time.UnixMilli(created)))}
	if parent, err := one.PpidWithContext(ctx); err == nil {
		read.parent = int(parent)
	}
	if times, err := one.TimesWithContext(ctx); err == nil {
		read.cpu = time.Duration((times.User + times.System) * float64(time.Second))
	}
	if memory, err := one.MemoryInfoWithContext(ctx); err == nil {
		read.rss = float64(memory.RSS)
	}
	if threads, err := one.NumThreadsWithContext(ctx); err == nil {
		read.threads = float64(threads)
	}
	return read, true
}

func (systemTable) commandLine(pid int) string {
	one := process.Process{Pid: int32(pid)}
	text, _ := one.Cmdline()
	return text
}

func (systemTable) cgroup(int) string { return "" }

func (systemTable) descriptors(pid int) (open, limit *float64) {
	one := process.Process{Pid: int32(pid)}
	count, err := one.NumFDs()
	if err != nil {
		return nil, nil
	}
	value := float64(count)
	return &value, nil
}
