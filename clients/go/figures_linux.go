package quasar

import (
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// machineTimes are those of all processors since the start of the machine, in ticks.
type machineTimes struct{ busy, total float64 }

func readMachineTimes() (times machineTimes) {
	line, _, _ := strings.Cut(readText("/proc/stat"), "\n")
	fields := strings.Fields(line)
	if len(fields) < 5 || fields[0] != "cpu" {
		return times
	}
	// user nice system idle iowait irq softirq steal; guests are in user already.
	for i, field := range fields[1:min(len(fields), 9)] {
		ticks, _ := strconv.ParseFloat(field, 64)
		times.total += ticks
		if i != 3 && i != 4 {
			times.busy += ticks
		}
	}
	return times
}

// usableCores are those of the quota, or the processors that the process may run on, whichever is less.
func usableCores(group groupReading) float64 {
	cores := float64(runtime.NumCPU())
	if group.quota > 0 {
		return min(group.quota, cores)
	}
	return cores
}

func loadAverage() *[3]float64 {
	fields := strings.Fields(readText("/proc/loadavg"))
	if len(fields) < 3 {
		return nil
	}
	var load [3]float64
	for i := range load {
		value, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return nil
		}
		load[i] = value
	}
	return &load
}

// systemMemory is the container's if it has a limit below the machine's memory, else the machine's.
func systemMemory(group groupReading) protocol.SystemMemory {
	info := readText("/proc/meminfo")
	total, free := kilobytes(info, "MemTotal:"), kilobytes(info, "MemAvailable:")
	if total == nil {
		return protocol.SystemMemory{}
	}
	if group.hasLimit && group.limit < *total {
		memory := protocol.SystemMemory{Total: protocol.Known(group.limit), Limit: protocol.Known(group.limit), Used: group.used}
		if group.used != nil {
			rest := max(0, group.limit-*group.used)
			if free != nil {
				rest = min(rest, *free)
			}
			memory.Free = protocol.Known(rest)
		}
		return memory
	}
	memory := protocol.SystemMemory{Total: total, Free: free}
	if free != nil {
		memory.Used = protocol.Known(*total - *free)
	}
	return memory
}

func kilobytes(info, name string) *float64 {
	for _, line := range strings.Split(info, "\n") {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == name {
			if value, err := strconv.ParseFloat(fields[1], 64); err == nil {
				return protocol.Known(value * 1024)
			}
		}
	}
	return nil
}

func residentBytes() *float64 {
	fields := strings.Fields(readText("/proc/self/statm"))
	if len(fields) < 2 {
		return nil
	}
	pages, err := strconv.ParseFloat(fields[1], 64)
	if err != nil {
		return nil
	}
	return protocol.Known(pages * float64(os.Getpagesize()))
}

// readText reads a file of the kernel; "" if there is none.
func readText(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}
