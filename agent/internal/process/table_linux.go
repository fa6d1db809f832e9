package process

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// clockTicks per second of the times in /proc: the same on all architectures that the agent is built for.
const clockTicks = 100

// maxCommandLine bounds what is read of a command line, bytes.
const maxCommandLine = 8 << 10

var pageSize = float64(os.Getpagesize())

// procTable reads /proc itself: one file a process has all figures but the descriptors.
type procTable struct {
	root   string
	buffer []byte
}

func newTable(proc string) table {
	if proc == "" {
		proc = "/proc"
	}
	return &procTable{root: proc, buffer: make([]byte, 4096)}
}

func (t *procTable) list(ctx context.Context) ([]entry, error) {
	directory, err := os.Open(t.root)
	if err != nil {
		return nil, err
	}
	names, err := directory.Readdirnames(-1)
	directory.Close()
	if err != nil {
		return nil, err
	}
	uptime, err := t.uptime()
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, 64)
	for _, name := range names {
		if name[0] < '1' || name[0] > '9' {
			continue
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// A process that ended meanwhile has no file any more.
		if one, ok := parseStat(t.read(filepath.Join(t.root, name, "stat")), uptime); ok {
			entries = append(entries, one)
		}
	}
	return entries, nil
}

func (t *procTable) uptime() (float64, error) {
	text, _, _ := strings.Cut(string(t.read(filepath.Join(t.root, "uptime"))), " ")
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, errors.New("the system doesn't tell its uptime")
	}
	return seconds, nil
}

// parseStat reads `4711 (php-fpm: pool) S 1 …`. Zombies have ended.
func parseStat(data []byte, uptime float64) (entry, bool) {
	open, end := bytes.IndexByte(data, '('), bytes.LastIndexByte(data, ')')
	if open < 2 || end < open || end+2 > len(data) {
		return entry{}, false
	}
	pid, err := strconv.Atoi(string(data[:open-1]))
	fields := bytes.Fields(data[end+1:])
	if err != nil || len(fields) < 22 || fields[0][0] == 'Z' || fields[0][0] == 'X' {
		return entry{}, false
	}
	number := func(index int) uint64 {
		value, _ := strconv.ParseUint(string(fields[index]), 10, 64)
		return value
	}
	started := number(19)
	age := max(0, uptime-float64(started)/clockTicks)
	return entry{
		Key:     Key{PID: pid, Started: started},
		parent:  int(number(1)),
		name:    string(data[open+1 : end]),
		cpu:     time.Duration(number(11)+number(12)) * time.Second / clockTicks,
		threads: float64(number(17)),
		rss:     float64(number(21)) * pageSize,
		age:     time.Duration(age * float64(time.Second)),
	}, true
}

func (t *procTable) commandLine(pid int) string {
	file, err := os.Open(t.path(pid, "cmdline"))
	if err != nil {
		return ""
	}
	defer file.Close()
	buffer := make([]byte, maxCommandLine)
	length, _ := file.Read(buffer)
	text := bytes.TrimRight(buffer[:length], "\x00 ")
	return string(bytes.ReplaceAll(text, []byte{0}, []byte{' '}))
}

// cgroup: version 2, or the hierarchy that systemd uses with version 1, or the first.
func (t *procTable) cgroup(pid int) string {
	first := ""
	for _, line := range strings.Split(string(t.read(t.path(pid, "cgroup"))), "\n") {
		parts := strings.SplitN(line, ":", 3)
		if len(parts) != 3 {
			continue
		}
		if parts[1] == "name=systemd" || parts[1] == "" && parts[2] != "/" {
			return parts[2]
		}
		if first == "" {
			first = parts[2]
		}
	}
	return first
}

func (t *procTable) descriptors(pid int) (open, limit *float64) {
	directory, err := os.Open(t.path(pid, "fd"))
	if err != nil {
		return nil, nil
	}
	defer directory.Close()
	count := 0.0
	// In parts: a process may have a million.
	for {
		names, err := directory.Readdirnames(1024)
		count += float64(len(names))
		if err != nil {
			break
		}
	}
	return &count, t.descriptorLimit(pid)
}

func (t *procTable) descriptorLimit(pid int) *float64 {
	for _, line := range strings.Split(string(t.read(t.path(pid, "limits"))), "\n") {
		if rest, ok := strings.CutPrefix(line, "Max open files"); ok {
			if fields := strings.Fields(rest); len(fields) > 0 {
				if value, err := strconv.ParseFloat(fields[0], 64); err == nil {
					return &value
				}
			}
		}
	}
	return nil
}

func (t *procTable) path(pid int, name string) string {
	return filepath.Join(t.root, strconv.Itoa(pid), name)
}

// read returns the beginning of a small file, valid until the next call; empty for any error.
func (t *procTable) read(path string) []byte {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	length, _ := file.Read(t.buffer)
	return t.buffer[:max(0, length)]
}
