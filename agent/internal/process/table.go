package process

import (
	"context"
	"time"
)

// Key identifies a process: the system uses numbers again.
type Key struct {
	PID int
	// Started is in the system's own unit.
	Started uint64
}

// entry is one line of the system's table of processes.
type entry struct {
	Key
	parent int
	name   string
	// cpu is the CPU time since the start.
	cpu     time.Duration
	rss     float64
	threads float64
	// age since the start.
	age time.Duration
}

// table reads processes of the system.
type table interface {
	// list returns all processes that can be seen.
	list(ctx context.Context) ([]entry, error)
	// commandLine has the arguments separated by spaces; empty if unknown.
	commandLine(pid int) string
	// cgroup is the path of the control group; empty if there is none.
	cgroup(pid int) string
	// descriptors returns how many are open and the limit; nil if unknown, as they are for processes of other users.
	descriptors(pid int) (open, limit *float64)
}
