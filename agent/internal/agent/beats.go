package agent

import (
	"fmt"
	"runtime"

	"github.com/gravito-framework/quasar/agent/internal/config"
	"github.com/gravito-framework/quasar/agent/internal/host"
	"github.com/gravito-framework/quasar/agent/internal/process"
	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// Version of the agent; a build may set another one.
var Version = "0.1.0"

// beats makes the heartbeats of a host and its processes.
type beats struct {
	config *config.Config
	// numbers of the rules within their service, from 1.
	numbers map[*process.Rule]int
}

func newBeats(cfg *config.Config) *beats {
	made := &beats{config: cfg, numbers: map[*process.Rule]int{}}
	perService := map[string]int{}
	if cfg.Host {
		perService[cfg.Service] = 1
	}
	for index := range cfg.Processes {
		rule := &cfg.Processes[index]
		perService[rule.Service]++
		made.numbers[rule] = perService[rule.Service]
	}
	return made
}

func (b *beats) common(service, id string) *protocol.Heartbeat {
	interval := int64(b.config.Interval)
	return &protocol.Heartbeat{
		V: protocol.Version, ID: protocol.Cut(id, protocol.MaxNameChars), Service: service, Interval: &interval,
		Environment: protocol.Text(b.config.Environment), Language: "other",
		SDK:      &protocol.SDK{Name: "quasar-agent", Version: protocol.Text(Version)},
		Hostname: protocol.Text(b.config.Hostname), Platform: protocol.Text(platform()), Arch: protocol.Text(arch()),
	}
}

// host has no figures of a process: the node is the machine.
func (b *beats) host(figures host.Figures) *protocol.Heartbeat {
	beat := b.common(b.config.Service, b.config.Hostname)
	setSystem(beat, figures)
	beat.CPU.Throttled = figures.ThrottledMs
	beat.Runtime.Uptime = rounded(figures.Uptime)
	for _, disk := range figures.Disks {
		beat.Disk = append(beat.Disk, protocol.Disk{
			Mount: protocol.Cut(disk.Mount, protocol.MaxNameChars), Total: disk.Total, Free: disk.Free, UsedPct: disk.UsedPct,
		})
	}
	beat.Meta = b.meta(hostMeta(figures))
	return beat
}

func hostMeta(figures host.Figures) map[string]any {
	meta := map[string]any{}
	if figures.OS != "" {
		meta["os"] = figures.OS
	}
	if figures.Kernel != "" {
		meta["kernel"] = figures.Kernel
	}
	if swap := figures.Swap; swap != nil {
		meta["swap"] = map[string]any{"total": swap.Total, "used": swap.Used}
	}
	if network := figures.Network; network != nil {
		meta["network"] = map[string]any{
			"receivedPerSecond": network.Received, "sentPerSecond": network.Sent,
			"errorsPerSecond": network.Errors, "droppedPerSecond": network.Dropped,
		}
	}
	return meta
}

func setSystem(beat *protocol.Heartbeat, figures host.Figures) {
	beat.CPU.System, beat.CPU.Cores = figures.CPU, figures.Cores
	if len(figures.Load) == 3 {
		beat.CPU.Load = &[3]float64{figures.Load[0], figures.Load[1], figures.Load[2]}
	}
	memory := figures.Memory
	beat.Memory.System = protocol.SystemMemory{Total: memory.Total, Free: memory.Free, Used: memory.Used, Limit: memory.Limit}
}

// process has the host's figures beside those of the process, as all nodes do.
func (b *beats) process(rule *process.Rule, found process.Figures, machine host.Figures) *protocol.Heartbeat {
	beat := b.common(rule.Service, b.processID(rule, found))
	setSystem(beat, machine)
	beat.Language = rule.Language
	if rule.Environment != "" {
		beat.Environment = protocol.Text(rule.Environment)
	}
	beat.AppVersion = protocol.Text(rule.AppVersion)
	beat.Runtime = protocol.Runtime{Uptime: protocol.Rounded(found.Uptime), Framework: protocol.Text(rule.Framework)}
	pid := int64(found.PID)
	beat.PID = &pid
	if !rule.Sum {
		beat.Instance = protocol.Text(fmt.Sprint(found.Slot))
	}
	beat.CPU.ProcessCores = rounded(found.Cores)
	if found.Cores != nil && machine.Cores != nil && *machine.Cores > 0 {
		beat.CPU.Process = protocol.Percent(*found.Cores / *machine.Cores)
	}
	beat.Memory.Process.RSS = found.RSS
	beat.Meta = b.meta(processMeta(found))
	return beat
}

func processMeta(found process.Figures) map[string]any {
	meta := map[string]any{"program": found.Name, "processes": found.Processes, "restarts": found.Restarts}
	for name, value := range map[string]*float64{
		"threads": found.Threads, "descriptors": found.Descriptors, "descriptorLimit": found.DescriptorsLimit,
	} {
		if value != nil {
			meta[name] = *value
		}
	}
	return meta
}

// processID is the same after a restart, so that a node keeps its past: the second rule of a service has its number in it.
func (b *beats) processID(rule *process.Rule, found process.Figures) string {
	id := b.config.Hostname
	if number := b.numbers[rule]; number > 1 {
		id += fmt.Sprintf("-%d", number)
		if !rule.Sum {
			return fmt.Sprintf("%s.%d", id, found.Slot)
		}
		return id + "-sum"
	}
	if rule.Sum {
		return id
	}
	return fmt.Sprintf("%s-%d", id, found.Slot)
}

// meta adds the settings' own, which may not be replaced by measured figures of the same name. Too much of it is left out.
func (b *beats) meta(figures map[string]any) protocol.Object {
	whole := map[string]any{}
	for name, value := range figures {
		whole[name] = value
	}
	for name, value := range b.config.Meta {
		whole[name] = value
	}
	object, err := protocol.ObjectOf(whole)
	if err != nil {
		object, _ = protocol.ObjectOf(figures)
	}
	return object
}

func rounded(value *float64) *float64 {
	if value == nil {
		return nil
	}
	return protocol.Rounded(*value)
}

// platform and arch have the names that Node gives them.
func platform() string {
	if runtime.GOOS == "windows" {
		return "win32"
	}
	return runtime.GOOS
}

func arch() string {
	switch runtime.GOARCH {
	case "amd64":
		return "x64"
	case "386":
		return "ia32"
	}
	return runtime.GOARCH
}
