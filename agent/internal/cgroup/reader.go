package cgroup

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// relocateAfter: limits may be changed while a container runs, but seldom are.
const relocateAfter = time.Minute

// noLimit: version 1 has the largest number of whole pages for "no limit".
const noLimit = float64(1 << 62)

// Reading has the values of the container's groups at one moment.
type Reading struct {
	At time.Time
	// Quota in cores; nil without one.
	Quota *float64
	// UsageMs is the CPU time since the group's creation; nil without a quota.
	UsageMs *float64
	// ThrottledMs is the time in which the quota throttled the group since its creation; nil if unknown.
	ThrottledMs *float64
	// AllowedCPUs is the number of processors that the process may run on; 0 if unknown.
	AllowedCPUs int
	// MemoryLimit and MemoryUsed in bytes; nil without a limit. Used is all but the file cache that was not used recently.
	MemoryLimit *float64
	MemoryUsed  *float64
}

type places struct {
	at          time.Time
	allowedCPUs int
	quota       *float64
	cpuStat     string
	cpuUsage    string
	memoryLimit *float64
	memoryUsage string
	memoryStat  string
}

// Reader reads the groups of this process. It isn't safe for concurrent use.
type Reader struct {
	roots  Roots
	places *places
}

// NewReader takes where proc and the control groups are mounted; empty: /proc and /sys/fs/cgroup.
func NewReader(roots Roots) *Reader {
	if roots.Proc == "" {
		roots.Proc = "/proc"
	}
	if roots.Cgroup == "" {
		roots.Cgroup = systemCgroup
	}
	return &Reader{roots: roots}
}

// Read returns nil values where there are no control groups or no limits.
func (r *Reader) Read() Reading {
	now := time.Now()
	if r.places == nil || now.Sub(r.places.at) > relocateAfter {
		r.places = locate(r.roots)
	}
	at := r.places
	reading := Reading{At: now, Quota: at.quota, AllowedCPUs: at.allowedCPUs, MemoryLimit: at.memoryLimit}
	if at.quota != nil {
		reading.UsageMs, reading.ThrottledMs = at.readCPU()
	}
	if at.memoryLimit != nil {
		reading.MemoryUsed = at.readMemory()
	}
	if at.quota != nil && reading.UsageMs == nil || at.memoryLimit != nil && reading.MemoryUsed == nil {
		// A missing file means that the process is in another group now.
		r.places = nil
	}
	return reading
}

func locate(roots Roots) *places {
	groups := findGroups(roots)
	found := &places{at: time.Now(), allowedCPUs: allowedCPUs(roots)}
	if cpu, ok := groups.find("cpu"); ok {
		found.locateCPU(cpu, groups)
	}
	if memory, ok := groups.find("memory"); ok {
		found.locateMemory(memory)
	}
	return found
}

func (p *places) locateCPU(cpu group, groups groups) {
	tightest := 0
	for index, directory := range cpu.directories {
		if quota := readQuota(directory, cpu.version); quota != nil && (p.quota == nil || *quota < *p.quota) {
			p.quota, tightest = quota, index
		}
	}
	around := cpu.directories[tightest:]
	p.cpuStat = firstReadable(around, "cpu.stat")
	if cpu.version != 1 {
		return
	}
	// Version 1 counts the time under another controller, whose groups have the same depth when they are the same groups.
	if accounts, ok := groups.find("cpuacct"); ok {
		directories := accounts.directories
		p.cpuUsage = firstReadable(directories[max(0, len(directories)-len(around)):], "cpuacct.usage")
	}
}

func (p *places) locateMemory(memory group) {
	for _, directory := range memory.directories {
		limit := readLimit(directory, memory.version)
		if limit == nil || p.memoryLimit != nil && *limit >= *p.memoryLimit {
			continue
		}
		usage := "memory.current"
		if memory.version == 1 {
			usage = "memory.usage_in_bytes"
		}
		p.memoryLimit = limit
		p.memoryUsage = filepath.Join(directory, usage)
		p.memoryStat = filepath.Join(directory, "memory.stat")
	}
}

func (p *places) readCPU() (usage, throttled *float64) {
	stat := readText(p.cpuStat)
	usage = scaled(field(stat, "usage_usec"), 1e3)
	if usage == nil && p.cpuUsage != "" {
		usage = scaled(amount(readText(p.cpuUsage)), 1e6)
	}
	throttled = scaled(field(stat, "throttled_usec"), 1e3)
	if throttled == nil {
		throttled = scaled(field(stat, "throttled_time"), 1e6)
	}
	return usage, throttled
}

func (p *places) readMemory() *float64 {
	used := amount(readText(p.memoryUsage))
	if used == nil {
		return nil
	}
	stat := readText(p.memoryStat)
	// Version 1 has both: its `inactive_file` leaves out child groups.
	cache := field(stat, "total_inactive_file")
	if cache == nil {
		cache = field(stat, "inactive_file")
	}
	if cache != nil {
		*used = max(0, *used-*cache)
	}
	return used
}

func readQuota(directory string, version int) *float64 {
	quota, period := readText(filepath.Join(directory, "cpu.cfs_quota_us")), readText(filepath.Join(directory, "cpu.cfs_period_us"))
	if version == 2 {
		quota, period, _ = strings.Cut(readText(filepath.Join(directory, "cpu.max")), " ")
	}
	used, total := amount(quota), amount(period)
	if used == nil || total == nil || *used == 0 || *total == 0 {
		return nil
	}
	return scaled(used, *total)
}

// readLimit: version 1 also reports limits of groups that a container doesn't see.
func readLimit(directory string, version int) *float64 {
	if version == 2 {
		return amount(readText(filepath.Join(directory, "memory.max")))
	}
	var smallest *float64
	for _, limit := range []*float64{
		amount(readText(filepath.Join(directory, "memory.limit_in_bytes"))),
		field(readText(filepath.Join(directory, "memory.stat")), "hierarchical_memory_limit"),
	} {
		if limit != nil && *limit < noLimit && (smallest == nil || *limit < *smallest) {
			smallest = limit
		}
	}
	return smallest
}

// firstReadable is the file in the nearest group that has it: the path may name groups that a container doesn't see.
func firstReadable(directories []string, name string) string {
	for _, directory := range directories {
		path := filepath.Join(directory, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// amount is a whole number of at least 0; nil for `max`, `-1` and garbage.
func amount(text string) *float64 {
	number, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return nil
	}
	value := float64(number)
	return &value
}

// field is one line `name 123` of a stat file.
func field(stat, name string) *float64 {
	for _, line := range strings.Split(stat, "\n") {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			return amount(rest)
		}
	}
	return nil
}

func scaled(value *float64, by float64) *float64 {
	if value == nil {
		return nil
	}
	result := *value / by
	return &result
}
