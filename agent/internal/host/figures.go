// Package host measures the machine or the container: CPU, load, memory, swap, disks and network.
package host

// Figures of the host at one moment. nil is unknown. Sizes are bytes, times ms unless stated otherwise.
type Figures struct {
	// CPU is the usage of all usable cores since the last collection, 0 to 100.
	CPU   *float64
	Cores *float64
	// Load over 1, 5 and 15 minutes.
	Load []float64
	// ThrottledMs since the last collection.
	ThrottledMs *float64
	Memory      Memory
	Swap        *Swap
	Disks       []Disk
	Network     *Network
	// Uptime in seconds.
	Uptime *float64
	// OS is `debian 12.5`, Kernel `6.1.0-18-amd64`; empty if unknown.
	OS     string
	Kernel string
	// Processes that run; nil if unknown.
	Processes *float64
}

// Memory describes the container if it has a limit, which Total then equals, else the machine.
type Memory struct{ Total, Free, Used, Limit *float64 }

// Swap of the machine.
type Swap struct{ Total, Used float64 }

// Disk is a file system, counted like df: blocks reserved for root are neither used nor free.
type Disk struct {
	Mount                string
	Total, Free, UsedPct *float64
}

// Network has bytes, errors and dropped packets per second over all physical interfaces.
type Network struct{ Received, Sent, Errors, Dropped float64 }

func known(value float64) *float64 { return &value }
