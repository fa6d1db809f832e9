package quasar

import (
	"math"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// groupReading has the limits of the process's container, and what counts against them.
type groupReading struct {
	// quota is in cores, 0 without one.
	quota                  float64
	usage, throttled       time.Duration
	hasUsage, hasThrottled bool
	limit                  float64
	hasLimit               bool
	used                   *float64
}

// group are the directories of a controller, from the process's own group up to the root that it sees.
type group struct {
	version     int
	directories []string
}

type groups struct{ cpu, cpuacct, memory group }

// A process rarely changes its group.
var findGroups = sync.OnceValue(func() groups {
	return groupsOf(readText("/proc/self/cgroup"), readText("/proc/self/mountinfo"))
})

func readGroup() groupReading { return findGroups().read() }

// groupsOf reads /proc/self/cgroup and /proc/self/mountinfo. A group's path is below the root of its mount, which in a container may be the
// group itself.
func groupsOf(memberships, mounts string) (found groups) {
	for _, line := range strings.Split(memberships, "\n") {
		parts := strings.SplitN(line, ":", 3)
		if len(parts) != 3 {
			continue
		}
		if parts[1] == "" {
			unified := groupAt(2, "", parts[2], mounts)
			for _, one := range []*group{&found.cpu, &found.cpuacct, &found.memory} {
				if one.directories == nil {
					*one = unified
				}
			}
			continue
		}
		for _, controller := range strings.Split(parts[1], ",") {
			switch one := groupAt(1, controller, parts[2], mounts); {
			case one.directories == nil:
			case controller == "cpu":
				found.cpu = one
			case controller == "cpuacct":
				found.cpuacct = one
			case controller == "memory":
				found.memory = one
			}
		}
	}
	return found
}

func groupAt(version int, controller, member, mounts string) group {
	for _, line := range strings.Split(mounts, "\n") {
		before, after, ok := strings.Cut(line, " - ")
		fields, kinds := strings.Fields(before), strings.Fields(after)
		if !ok || len(fields) < 5 || len(kinds) < 3 {
			continue
		}
		isUnified := version == 2 && kinds[0] == "cgroup2"
		hasController := version == 1 && kinds[0] == "cgroup" && contains(strings.Split(kinds[2], ","), controller)
		if isUnified || hasController {
			return group{version, directoriesOf(fields[3], fields[4], member)}
		}
	}
	return group{version: version}
}

func directoriesOf(root, mount, member string) []string {
	rest := "/"
	if below, ok := strings.CutPrefix(member, strings.TrimSuffix(root, "/")); ok {
		rest = path.Clean("/" + below)
	}
	directories := []string{}
	for {
		directories = append(directories, path.Join(mount, rest))
		if rest == "/" {
			return directories
		}
		rest = path.Dir(rest)
	}
}

func contains(all []string, one string) bool {
	for _, text := range all {
		if text == one {
			return true
		}
	}
	return false
}

func (g groups) read() (reading groupReading) {
	reading.readCPU(g)
	reading.readMemory(g.memory)
	return reading
}

// readCPU takes the group with the smallest quota.
func (r *groupReading) readCPU(g groups) {
	place := ""
	depth := 0
	for i, directory := range g.cpu.directories {
		if quota := quotaOf(directory, g.cpu.version); quota > 0 && (r.quota == 0 || quota < r.quota) {
			r.quota, place, depth = quota, directory, i
		}
	}
	if place == "" {
		return
	}
	stat := readText(path.Join(place, "cpu.stat"))
	if us, ok := statField(stat, "throttled_usec"); ok {
		r.throttled, r.hasThrottled = time.Duration(us)*time.Microsecond, true
	} else if ns, ok := statField(stat, "throttled_time"); ok {
		r.throttled, r.hasThrottled = time.Duration(ns), true
	}
	if us, ok := statField(stat, "usage_usec"); ok {
		r.usage, r.hasUsage = time.Duration(us)*time.Microsecond, true
	} else if depth < len(g.cpuacct.directories) {
		if ns, err := strconv.ParseInt(strings.TrimSpace(readText(path.Join(g.cpuacct.directories[depth], "cpuacct.usage"))), 10, 64); err == nil {
			r.usage, r.hasUsage = time.Duration(ns), true
		}
	}
}

func quotaOf(directory string, version int) float64 {
	fields := strings.Fields(readText(path.Join(directory, "cpu.max")))
	if version == 1 {
		fields = strings.Fields(readText(path.Join(directory, "cpu.cfs_quota_us")) + " " + readText(path.Join(directory, "cpu.cfs_period_us")))
	}
	if len(fields) != 2 {
		return 0
	}
	quota, quotaErr := strconv.ParseFloat(fields[0], 64)
	period, periodErr := strconv.ParseFloat(fields[1], 64)
	if quotaErr != nil || periodErr != nil || quota <= 0 || period <= 0 {
		return 0
	}
	return quota / period
}

// readMemory takes the group with the smallest limit. What counts is all but the file cache that was not used recently.
func (r *groupReading) readMemory(g group) {
	limitFile, usageFile, cacheField := "memory.max", "memory.current", "inactive_file"
	if g.version == 1 {
		limitFile, usageFile, cacheField = "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
	}
	place := ""
	for _, directory := range g.directories {
		limit, err := strconv.ParseFloat(strings.TrimSpace(readText(path.Join(directory, limitFile))), 64)
		// Version 1 has the largest number of whole pages for no limit.
		if err == nil && limit < math.Pow(2, 62) && (!r.hasLimit || limit < r.limit) {
			r.limit, r.hasLimit, place = limit, true, directory
		}
	}
	if place == "" {
		return
	}
	usage, err := strconv.ParseFloat(strings.TrimSpace(readText(path.Join(place, usageFile))), 64)
	if err != nil {
		return
	}
	cache, _ := statField(readText(path.Join(place, "memory.stat")), cacheField)
	r.used = protocol.Known(max(0, usage-float64(cache)))
}

func statField(stat, name string) (int64, bool) {
	for _, line := range strings.Split(stat, "\n") {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			number, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			return number, err == nil
		}
	}
	return 0, false
}
