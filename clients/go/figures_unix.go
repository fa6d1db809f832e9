//go:build linux || darwin

package quasar

import (
	"syscall"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

var defaultDisks = []string{"/"}

// processTime is the CPU time of this process.
func processTime() (time.Duration, bool) {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0, false
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), true
}

// diskUsage counts like df: blocks reserved for root are neither used nor free.
func diskUsage(mount string) (protocol.Disk, bool) {
	var stat syscall.Statfs_t
	if syscall.Statfs(mount, &stat) != nil {
		return protocol.Disk{}, false
	}
	size := float64(stat.Bsize)
	used, free := float64(stat.Blocks-stat.Bfree), float64(stat.Bavail)
	return protocol.Disk{
		Total: protocol.Known(float64(stat.Blocks) * size), Free: protocol.Known(free * size), UsedPct: protocol.Percent(used / (used + free)),
	}, true
}
