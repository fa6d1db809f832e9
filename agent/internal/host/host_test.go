package host

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/gravito-framework/quasar/agent/internal/probe"
)

func TestThisMachine(t *testing.T) {
	guard := probe.NewGuard()
	figures := New(Options{Guard: guard}).Collect(context.Background())
	if figures.Memory.Total == nil || *figures.Memory.Total <= 0 || *figures.Memory.Used > *figures.Memory.Total {
		t.Errorf("memory: %+v", figures.Memory)
	}
	if figures.Cores == nil || *figures.Cores <= 0 || *figures.Cores > float64(runtime.NumCPU()) {
		t.Errorf("cores: %v", figures.Cores)
	}
	if len(figures.Load) != 3 || figures.Uptime == nil || figures.Swap == nil {
		t.Errorf("load %v, uptime %v, swap %v", figures.Load, figures.Uptime, figures.Swap)
	}
	if errors := guard.Errors(); len(errors) > 0 {
		t.Errorf("probes fail: %v", errors)
	}
}

func put(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A container with the host's /proc and /sys tells the host's figures, and no limits of its own.
func TestHostFromAContainer(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has /proc")
	}
	root := t.TempDir()
	stat := func(user, idle string) {
		put(t, root, "proc/stat", "cpu  "+user+" 0 0 "+idle+" 0 0 0 0 0 0\ncpu0 1 0 0 1 0 0 0 0 0 0\n")
	}
	dev := func(name, received string) {
		put(t, root, "proc/1/net/dev", "Inter-|\n face |\n lo: 9 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n"+name+": "+received+" 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\nveth1: 99999 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n")
	}
	stat("100", "100")
	dev("eth0", "1000")
	put(t, root, "proc/meminfo", "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 400 kB\nBuffers: 0 kB\nCached: 0 kB\nSwapTotal: 50 kB\nSwapFree: 40 kB\n")
	put(t, root, "proc/loadavg", "1.50 2.50 3.50 1/100 1\n")
	put(t, root, "proc/cpuinfo", "processor\t: 0\nprocessor\t: 1\nprocessor\t: 2\n")
	put(t, root, "proc/filesystems", "nodev\tproc\n\text4\n")
	data := t.TempDir()
	put(t, root, "proc/1/mountinfo", "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / "+data+" rw - xfs /dev/sdb1 rw\n"+
		"3 1 8:1 /x /bind rw - ext4 /dev/sda1 rw\n4 1 0:1 / /proc rw - proc proc rw\n5 1 0:2 / /nfs rw - nfs4 far:/ rw\n6 1 0:3 / /run rw - tmpfs tmpfs rw\n")
	put(t, root, "sys/class/net/eth0/device/x", "")
	put(t, root, "etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")

	guard := probe.NewGuard()
	collector := New(Options{Proc: root + "/proc", Sys: root + "/sys", Etc: root + "/etc", Guard: guard})
	stat("175", "125")
	dev("eth0", "5000")
	figures := collector.Collect(context.Background())
	check := func(name string, got *float64, want float64) {
		if got == nil || *got != want {
			t.Errorf("%s: got %v, want %v; failing: %v", name, got, want, guard.Errors())
		}
	}
	check("cpu", figures.CPU, 75)
	check("cores", figures.Cores, 3)
	check("memory", figures.Memory.Total, 1000*1024)
	check("free memory", figures.Memory.Free, 400*1024)
	if figures.Memory.Limit != nil {
		t.Errorf("the agent's own limit is no limit of the host")
	}
	if figures.Load[0] != 1.5 || figures.Swap.Used != 10*1024 {
		t.Errorf("load %v, swap %v", figures.Load, figures.Swap)
	}
	if figures.Network == nil || figures.Network.Received <= 0 {
		t.Errorf("network: %+v", figures.Network)
	}
	mounts := []string{}
	for _, disk := range figures.Disks {
		mounts = append(mounts, disk.Mount)
	}
	if len(mounts) != 2 || mounts[0] != "/" || mounts[1] != data {
		t.Errorf("disks: %v", mounts)
	}
}

func TestAMissingDiskCostsItsFigures(t *testing.T) {
	guard := probe.NewGuard()
	figures := New(Options{Disks: []string{"/", "/not/there"}, Guard: guard}).Collect(context.Background())
	if len(figures.Disks) != 2 || figures.Disks[0].Total == nil || figures.Disks[1].Total != nil {
		t.Errorf("disks: %+v", figures.Disks)
	}
	if len(guard.Errors()) != 1 {
		t.Errorf("failing: %v", guard.Errors())
	}
}

func TestDisksOfTheHostNeedItsRoot(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has /proc")
	}
	alone := New(Options{Proc: "/proc", Guard: probe.NewGuard()}).Collect(context.Background())
	for _, disk := range alone.Disks {
		if disk.Total != nil || disk.UsedPct != nil {
			t.Errorf("the container's disk is shown as the host's: %+v", disk)
		}
	}
	withRoot := New(Options{Proc: "/proc", Root: "/", Guard: probe.NewGuard()}).Collect(context.Background())
	if len(withRoot.Disks) != len(alone.Disks) || len(withRoot.Disks) > 0 && withRoot.Disks[0].Total == nil {
		t.Errorf("disks: %+v", withRoot.Disks)
	}
}
