package quasar

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// cgroupFiles writes a tree of groups, and returns its root: /sys/fs/cgroup of a machine.
func cgroupFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// unified is a line of /proc/self/mountinfo for a version 2 tree whose root is a group of the machine.
func unified(group, mount string) string {
	return "30 23 0:26 " + group + " " + mount + " rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
}

func ofController(mount, controllers string) string {
	return "31 23 0:27 / " + mount + " rw,nosuid shared:5 - cgroup cgroup rw," + controllers + "\n"
}

func TestGroupOfVersion2(t *testing.T) {
	root := cgroupFiles(t, map[string]string{
		"shop.slice/cpu.max":                 "300000 100000\n",
		"shop.slice/memory.max":              "268435456\n",
		"shop.slice/memory.current":          "104857600\n",
		"shop.slice/memory.stat":             "anon 1\ninactive_file 4857600\nactive_file 7\n",
		"shop.slice/web.service/cpu.max":     "50000 100000\n",
		"shop.slice/web.service/cpu.stat":    "usage_usec 2500000\nuser_usec 1\nnr_throttled 4\nthrottled_usec 750000\n",
		"shop.slice/web.service/memory.max":  "max\n",
		"shop.slice/web.service/memory.stat": "inactive_file 9\n",
	})
	got := groupsOf("0::/shop.slice/web.service\n", unified("/", root)).read()
	// The CPU is limited by the service, the memory by its slice.
	checkCPU(t, got, 0.5, 2500*time.Millisecond, 750*time.Millisecond)
	checkMemory(t, got, 268435456, 100000000)
}

func TestGroupOfAContainer(t *testing.T) {
	root := cgroupFiles(t, map[string]string{
		"cpu.max":  "150000 100000\n",
		"cpu.stat": "usage_usec 10\nthrottled_usec 20\n",
	})
	// A mount's root is the container's own group, or the group is above what the mount shows.
	for _, member := range []string{"/docker/4f", "/", "/../other"} {
		got := groupsOf("0::"+member+"\n", unified("/docker/4f", root)).read()
		checkCPU(t, got, 1.5, 10*time.Microsecond, 20*time.Microsecond)
		if got.hasLimit || got.used != nil {
			t.Errorf("%s: a limit of memory without a file: %+v", member, got)
		}
	}
}

func TestGroupOfVersion1(t *testing.T) {
	root := cgroupFiles(t, map[string]string{
		"cpu/web/cpu.cfs_quota_us":             "200000\n",
		"cpu/web/cpu.cfs_period_us":            "100000\n",
		"cpu/web/cpu.stat":                     "nr_periods 9\nthrottled_time 3000000\n",
		"cpu/web/cpuacct.usage":                "7000000\n",
		"cpu/cpu.cfs_quota_us":                 "-1\n",
		"cpu/cpu.cfs_period_us":                "100000\n",
		"memory/web/memory.limit_in_bytes":     "1048576\n",
		"memory/web/memory.usage_in_bytes":     "1000000\n",
		"memory/web/memory.stat":               "inactive_file 5\ntotal_inactive_file 250000\n",
		"memory/memory.limit_in_bytes":         "9223372036854771712\n",
		"memory/memory.usage_in_bytes":         "5000000\n",
		"unified/web/cpu.max":                  "100 100\n",
		"unified/web/memory.max":               "7\n",
		"memory/web/memory.memsw.max_in_bytes": "1\n",
	})
	mounts := ofController(filepath.Join(root, "cpu"), "cpu,cpuacct") + ofController(filepath.Join(root, "memory"), "memory")
	// A hybrid machine has a version 2 tree, too, without controllers.
	memberships := "9:memory:/web\n3:cpu,cpuacct:/web\n1:name=systemd:/init.scope\n0::/web\n"
	got := groupsOf(memberships, mounts+unified("/", filepath.Join(root, "unified"))).read()
	checkCPU(t, got, 2, 7*time.Millisecond, 3*time.Millisecond)
	checkMemory(t, got, 1048576, 750000)
}

func TestGroupWithoutLimits(t *testing.T) {
	root := cgroupFiles(t, map[string]string{
		"cpu.max": "max 100000\n", "cpu.stat": "usage_usec 5\n", "memory.max": "max\n", "memory.current": "1\n",
		"odd/cpu.max": "many 0\n", "odd/memory.max": "\n",
		"v1/cpu.cfs_quota_us": "-1\n", "v1/cpu.cfs_period_us": "100000\n", "v1/memory.limit_in_bytes": "9223372036854771712\n",
	})
	mount := unified("/", root)
	for name, found := range map[string]groups{
		"max":          groupsOf("0::/\n", mount),
		"odd files":    groupsOf("0::/odd\n", mount),
		"no files":     groupsOf("0::/gone\n", unified("/", filepath.Join(root, "none"))),
		"no mount":     groupsOf("0::/\n", ""),
		"no group":     groupsOf("", mount),
		"broken lines": groupsOf("0:\nx\n:::\n", "30 23 - cgroup2\n - \n"),
		"version 1":    groupsOf("2:cpu,memory:/\n", ofController(filepath.Join(root, "v1"), "cpu,memory")),
	} {
		if got := found.read(); got != (groupReading{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func checkCPU(t *testing.T, got groupReading, quota float64, usage, throttled time.Duration) {
	t.Helper()
	if got.quota != quota || !got.hasUsage || got.usage != usage || !got.hasThrottled || got.throttled != throttled {
		t.Errorf("the CPU is %+v, not %v cores, %v used and %v throttled", got, quota, usage, throttled)
	}
}

func checkMemory(t *testing.T, got groupReading, limit, used float64) {
	t.Helper()
	if !got.hasLimit || got.limit != limit || got.used == nil || *got.used != used {
		t.Errorf("the memory is %+v, not %v with %v used", got, limit, used)
	}
}
