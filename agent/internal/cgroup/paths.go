// Package cgroup reads the limits and the usage of the container that a process runs in, from control groups of version 1 and 2.
package cgroup

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Roots are where the kernel exposes processes and control groups.
type Roots struct {
	Proc   string
	Cgroup string
}

const systemCgroup = "/sys/fs/cgroup"

// group is a process's group for one controller. directories has its own first and the visible root last; some may not exist.
type group struct {
	version     int
	directories []string
}

type mount struct {
	version     int
	controllers []string
	root        string
	directory   string
}

type membership struct {
	controllers []string
	path        string
}

// groups finds this process's group by controller. A controller of version 1 takes precedence: in a hybrid system it is in force.
type groups struct {
	mounts      []mount
	memberships []membership
}

func findGroups(roots Roots) groups {
	found := groups{}
	for _, line := range strings.Split(readText(filepath.Join(roots.Proc, "self/mountinfo")), "\n") {
		if one, ok := parseMount(line, roots); ok {
			found.mounts = append(found.mounts, one)
		}
	}
	for _, line := range strings.Split(readText(filepath.Join(roots.Proc, "self/cgroup")), "\n") {
		if parts := strings.SplitN(line, ":", 3); len(parts) == 3 && strings.HasPrefix(parts[2], "/") {
			found.memberships = append(found.memberships, membership{split(parts[1]), parts[2]})
		}
	}
	return found
}

func (g groups) find(controller string) (group, bool) {
	for _, version := range []int{1, 2} {
		isOurs := func(controllers []string) bool {
			return version == 2 && len(controllers) == 0 || version == 1 && contains(controllers, controller)
		}
		for _, member := range g.memberships {
			if !isOurs(member.controllers) {
				continue
			}
			for _, mounted := range g.mounts {
				if mounted.version == version && isOurs(mounted.controllers) {
					return group{version, upwards(member.path, mounted)}, true
				}
			}
		}
	}
	return group{}, false
}

// parseMount reads `32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu`.
func parseMount(line string, roots Roots) (mount, bool) {
	left, right, _ := strings.Cut(line, " - ")
	fields, types := strings.Fields(left), strings.Fields(right)
	if len(fields) < 5 || len(types) < 3 || (types[0] != "cgroup" && types[0] != "cgroup2") {
		return mount{}, false
	}
	directory := fields[4]
	if rest, ok := strings.CutPrefix(directory, systemCgroup); ok {
		directory = roots.Cgroup + rest
	}
	if types[0] == "cgroup2" {
		return mount{version: 2, root: fields[3], directory: directory}, true
	}
	return mount{1, split(types[2]), fields[3], directory}, true
}

// upwards lists a group and its ancestors. In a container the mount may show only a part of them, or nothing above the group.
func upwards(path string, mounted mount) []string {
	root := strings.TrimSuffix(mounted.root, "/")
	below, isBelow := strings.CutPrefix(path, root+"/")
	if !isBelow || contains(strings.Split(below, "/"), "..") {
		return []string{mounted.directory}
	}
	directories := []string{}
	for ; below != "" && below != "."; below = filepath.Dir(below) {
		directories = append(directories, filepath.Join(mounted.directory, below))
	}
	return append(directories, mounted.directory)
}

// allowedCPUs is the number of processors that this process may run on, by its affinity or cpuset; 0 if unknown.
func allowedCPUs(roots Roots) int {
	for _, line := range strings.Split(readText(filepath.Join(roots.Proc, "self/status")), "\n") {
		if list, ok := strings.CutPrefix(line, "Cpus_allowed_list:"); ok {
			return countRanges(strings.TrimSpace(list))
		}
	}
	return 0
}

// countRanges reads `0-3,8`.
func countRanges(list string) int {
	count := 0
	for _, item := range strings.Split(list, ",") {
		from, to, isRange := strings.Cut(item, "-")
		first, err := strconv.Atoi(from)
		if err != nil {
			return 0
		}
		last := first
		if isRange {
			if last, err = strconv.Atoi(to); err != nil || last < first {
				return 0
			}
		}
		count += last - first + 1
	}
	return count
}

// readText is empty for any error: kernel files come and go.
func readText(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func contains(list []string, item string) bool {
	for _, one := range list {
		if one == item {
			return true
		}
	}
	return false
}
