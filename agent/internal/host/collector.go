package host

import (
	"context"
	"errors"
	"math"
	"runtime"
	"time"

	"github.com/shirou/gopsutil/v4/common"
	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"

	"github.com/gravito-framework/quasar/agent/internal/cgroup"
	"github.com/gravito-framework/quasar/agent/internal/probe"
)

const (
	probeLimit = 2 * time.Second
	// slowEvery: disks fill over minutes, and names don't change.
	slowEvery = time.Minute
)

// Options of a collector. Paths are where a container has the host's directories; empty: its own.
type Options struct {
	Proc, Sys, Etc, Root string
	// Disks are the mount points to report; nil: all real file systems.
	Disks []string
	Guard *probe.Guard
}

// Collector measures by differences between two calls of Collect, which must not overlap.
type Collector struct {
	options Options
	env     common.EnvMap
	group   *cgroup.Reader

	times    cpu.TimesStat
	reading  cgroup.Reading
	counters counters
	slowAt   time.Time
	slow     slowFigures
}

type slowFigures struct {
	disks      []Disk
	os, kernel string
	cores      float64
}

// New takes the first measurement, so that the first Collect has differences.
func New(options Options) *Collector {
	c := &Collector{options: options, env: common.EnvMap{}}
	for key, path := range map[common.EnvKeyType]string{
		common.HostProcEnvKey: options.Proc, common.HostSysEnvKey: options.Sys, common.HostEtcEnvKey: options.Etc,
	} {
		if path != "" {
			c.env[key] = path
		}
	}
	// With the host's /proc, the host is reported, not the container.
	if options.Proc == "" {
		c.group = cgroup.NewReader(cgroup.Roots{})
	}
	c.Collect(context.Background())
	return c
}

// Collect takes at most a few seconds, even if probes hang.
func (c *Collector) Collect(ctx context.Context) Figures {
	ctx = context.WithValue(ctx, common.EnvKey, c.env)
	c.refreshSlow(ctx)
	figures := Figures{Disks: c.slow.disks, OS: c.slow.os, Kernel: c.slow.kernel}
	before := c.reading
	if c.group != nil {
		c.reading, _ = run(ctx, c, "cgroup", func(context.Context) (cgroup.Reading, error) { return c.group.Read(), nil })
	}
	c.collectCPU(ctx, &figures, before)
	c.collectMemory(ctx, &figures)
	figures.Network = c.collectNetwork(ctx)
	if uptime, ok := run(ctx, c, "uptime", host.UptimeWithContext); ok {
		figures.Uptime = known(float64(uptime))
	}
	return figures
}

func run[T any](ctx context.Context, c *Collector, name string, measure func(context.Context) (T, error)) (T, bool) {
	return probe.Run(ctx, c.options.Guard, name, probeLimit, measure)
}

func (c *Collector) collectCPU(ctx context.Context, figures *Figures, before cgroup.Reading) {
	if average, ok := run(ctx, c, "load", load.AvgWithContext); ok {
		figures.Load = []float64{round(average.Load1), round(average.Load5), round(average.Load15)}
	}
	times, ok := run(ctx, c, "cpu", totalTimes)
	if ok {
		figures.CPU = busyShare(c.times, times)
		c.times = times
	}
	cores := c.slow.cores
	if allowed := float64(c.reading.AllowedCPUs); allowed > 0 {
		cores = math.Min(cores, allowed)
	}
	quota := c.reading.Quota
	if quota != nil {
		cores = math.Min(cores, *quota)
		figures.CPU = quotaShare(before, c.reading, cores)
	}
	if cores > 0 {
		figures.Cores = known(round(cores))
	}
	figures.ThrottledMs = since(before.ThrottledMs, c.reading.ThrottledMs)
}

func totalTimes(ctx context.Context) (cpu.TimesStat, error) {
	times, err := cpu.TimesWithContext(ctx, false)
	if err != nil {
		return cpu.TimesStat{}, err
	}
	if len(times) == 0 {
		return cpu.TimesStat{}, errors.New("the system has no CPU times")
	}
	return times[0], nil
}

// busyShare in percent; nil for the first measurement.
func busyShare(before, now cpu.TimesStat) *float64 {
	idle := now.Idle + now.Iowait - before.Idle - before.Iowait
	total := sum(now) - sum(before)
	if before.CPU == "" || total <= 0 {
		return nil
	}
	return known(percent(1 - idle/total))
}

func sum(t cpu.TimesStat) float64 {
	return t.User + t.System + t.Idle + t.Nice + t.Iowait + t.Irq + t.Softirq + t.Steal
}

// quotaShare is the container's share of the cores that it may use.
func quotaShare(before, now cgroup.Reading, cores float64) *float64 {
	used, elapsed := since(before.UsageMs, now.UsageMs), now.At.Sub(before.At).Seconds()*1e3
	if used == nil || before.At.IsZero() || elapsed <= 0 || cores <= 0 {
		return nil
	}
	return known(percent(*used / elapsed / cores))
}

// collectMemory: `free` is what programs can still get, with the caches that can be dropped.
func (c *Collector) collectMemory(ctx context.Context, figures *Figures) {
	machine, ok := run(ctx, c, "memory", mem.VirtualMemoryWithContext)
	if ok && machine.Total > 0 {
		total, free := float64(machine.Total), float64(machine.Available)
		figures.Memory = Memory{Total: &total, Free: &free, Used: known(total - free)}
	}
	if limit := c.reading.MemoryLimit; limit != nil && (figures.Memory.Total == nil || *limit < *figures.Memory.Total) {
		figures.Memory = limited(*limit, c.reading.MemoryUsed, figures.Memory.Free)
	}
	figures.Swap = c.collectSwap(ctx, machine)
}

// collectSwap: Linux has it beside the memory.
func (c *Collector) collectSwap(ctx context.Context, machine *mem.VirtualMemoryStat) *Swap {
	if runtime.GOOS == "linux" {
		if machine == nil {
			return nil
		}
		return &Swap{Total: float64(machine.SwapTotal), Used: float64(machine.SwapTotal - machine.SwapFree)}
	}
	swap, ok := run(ctx, c, "swap", mem.SwapMemoryWithContext)
	if !ok {
		return nil
	}
	return &Swap{Total: float64(swap.Total), Used: float64(swap.Used)}
}

func limited(limit float64, used, machineFree *float64) Memory {
	memory := Memory{Total: &limit, Used: used, Limit: &limit}
	if used != nil {
		free := math.Max(0, limit-*used)
		if machineFree != nil {
			free = math.Min(free, *machineFree)
		}
		memory.Free = &free
	}
	return memory
}

func (c *Collector) refreshSlow(ctx context.Context) {
	if !c.slowAt.IsZero() && time.Since(c.slowAt) < slowEvery {
		return
	}
	c.slowAt = time.Now()
	c.slow.disks = c.collectDisks(ctx)
	c.slow.cores = float64(runtime.NumCPU())
	if count, ok := run(ctx, c, "cores", logicalCores); ok && count > 0 {
		c.slow.cores = float64(count)
	}
	if name, ok := run(ctx, c, "os", osName); ok {
		c.slow.os = name
	}
	if kernel, ok := run(ctx, c, "kernel", host.KernelVersionWithContext); ok {
		c.slow.kernel = kernel
	}
}

func logicalCores(ctx context.Context) (int, error) { return cpu.CountsWithContext(ctx, true) }

func osName(ctx context.Context) (string, error) {
	platform, _, version, err := host.PlatformInformationWithContext(ctx)
	if err != nil || platform == "" {
		return "", err
	}
	if version != "" {
		platform += " " + version
	}
	return platform, nil
}

// since is a counter's difference; nil if it is unknown or fell, as it does when the process changes its group.
func since(before, now *float64) *float64 {
	if before == nil || now == nil || *now < *before {
		return nil
	}
	return known(round(*now - *before))
}

func percent(share float64) float64 { return round(100 * math.Min(1, math.Max(0, share))) }

func round(value float64) float64 { return math.Round(value*100) / 100 }
