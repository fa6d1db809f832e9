package cgroup

import (
	"os"
	"path/filepath"
	"testing"
)

// tree writes files below a folder of the test.
func tree(t *testing.T, files map[string]string) Roots {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Roots{Proc: filepath.Join(root, "proc"), Cgroup: filepath.Join(root, "sys")}
}

func is(t *testing.T, name string, got *float64, want float64) {
	t.Helper()
	if got == nil || *got != want {
		t.Errorf("%s: got %v, want %v", name, got, want)
	}
}

const mountV2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"

func TestVersion2(t *testing.T) {
	reading := NewReader(tree(t, map[string]string{
		"proc/self/cgroup":       "0::/a/b\n",
		"proc/self/mountinfo":    mountV2,
		"proc/self/status":       "Name:\tx\nCpus_allowed_list:\t0-2,5\n",
		"sys/a/cpu.max":          "150000 100000\n",
		"sys/a/b/cpu.max":        "max 100000\n",
		"sys/a/cpu.stat":         "usage_usec 5000000\nthrottled_usec 2000\n",
		"sys/a/memory.max":       "2000\n",
		"sys/a/b/memory.max":     "1000\n",
		"sys/a/b/memory.current": "900\n",
		"sys/a/b/memory.stat":    "anon 1\ninactive_file 300\n",
	})).Read()
	is(t, "quota", reading.Quota, 1.5)
	is(t, "usage", reading.UsageMs, 5000)
	is(t, "throttled", reading.ThrottledMs, 2)
	is(t, "limit", reading.MemoryLimit, 1000)
	is(t, "used", reading.MemoryUsed, 600)
	if reading.AllowedCPUs != 4 {
		t.Errorf("allowed CPUs: %d", reading.AllowedCPUs)
	}
}

func TestVersion1(t *testing.T) {
	mounts := "31 30 0:27 /docker/x /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n" +
		"32 30 0:28 /docker/x /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" + mountV2
	reading := NewReader(tree(t, map[string]string{
		"proc/self/cgroup":                  "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n0::/\n",
		"proc/self/mountinfo":               mounts,
		"sys/cpu,cpuacct/cpu.cfs_quota_us":  "50000\n",
		"sys/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
		"sys/cpu,cpuacct/cpu.stat":          "nr_periods 1\nthrottled_time 7000000\n",
		"sys/cpu,cpuacct/cpuacct.usage":     "3000000\n",
		"sys/memory/memory.limit_in_bytes":  "9223372036854771712\n",
		"sys/memory/memory.usage_in_bytes":  "500\n",
		"sys/memory/memory.stat":            "inactive_file 1\nhierarchical_memory_limit 800\ntotal_inactive_file 100\n",
	})).Read()
	is(t, "quota", reading.Quota, 0.5)
	is(t, "usage", reading.UsageMs, 3)
	is(t, "throttled", reading.ThrottledMs, 7)
	is(t, "limit", reading.MemoryLimit, 800)
	is(t, "used", reading.MemoryUsed, 400)
}

func TestNoLimitsAndNoGroups(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"nothing": {},
		"no limits": {
			"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": mountV2,
			"sys/cpu.max": "max 100000\n", "sys/memory.max": "max\n",
		},
		"garbage": {"proc/self/cgroup": "x\n::\n", "proc/self/mountinfo": "a - b\n", "proc/self/status": "Cpus_allowed_list: x\n"},
	} {
		reading := NewReader(tree(t, files)).Read()
		if reading.Quota != nil || reading.UsageMs != nil || reading.MemoryLimit != nil || reading.AllowedCPUs != 0 {
			t.Errorf("%s: got %+v", name, reading)
		}
	}
}
