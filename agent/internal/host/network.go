package host

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/net"
)

type counters struct {
	at                              time.Time
	received, sent, errors, dropped uint64
}

func (c *Collector) collectNetwork(ctx context.Context) *Network {
	now, ok := run(ctx, c, "network", c.readCounters)
	if !ok {
		return nil
	}
	before := c.counters
	c.counters = now
	seconds := now.at.Sub(before.at).Seconds()
	// A counter falls when an interface is removed.
	if before.at.IsZero() || seconds <= 0 || now.received < before.received || now.sent < before.sent {
		return nil
	}
	rate := func(before, now uint64) float64 { return round(float64(now-min(before, now)) / seconds) }
	return &Network{
		Received: rate(before.received, now.received),
		Sent:     rate(before.sent, now.sent),
		Errors:   rate(before.errors, now.errors),
		Dropped:  rate(before.dropped, now.dropped),
	}
}

func (c *Collector) readCounters(ctx context.Context) (counters, error) {
	interfaces, err := c.interfaces(ctx)
	if err != nil {
		return counters{}, err
	}
	total := counters{at: time.Now()}
	isPhysical := c.physical(interfaces)
	for _, one := range interfaces {
		if isPhysical(one.Name) {
			total.received += one.BytesRecv
			total.sent += one.BytesSent
			total.errors += one.Errin + one.Errout
			total.dropped += one.Dropin + one.Dropout
		}
	}
	return total, nil
}

// interfaces: `net` in the host's /proc leads to the reader's own network; that of process 1 is the host's.
func (c *Collector) interfaces(ctx context.Context) ([]net.IOCountersStat, error) {
	if c.options.Proc != "" {
		path := filepath.Join(c.options.Proc, "1/net/dev")
		if _, err := os.Stat(path); err == nil {
			return net.IOCountersByFileWithContext(ctx, true, path)
		}
	}
	return net.IOCountersWithContext(ctx, true)
}

// physical counts nothing twice: traffic of a container also passes a bridge and the card. Where no interface has a device, as in a
// container, names decide.
func (c *Collector) physical(interfaces []net.IOCountersStat) func(name string) bool {
	sys := c.options.Sys
	if sys == "" {
		sys = "/sys"
	}
	devices := map[string]bool{}
	for _, one := range interfaces {
		if _, err := os.Stat(filepath.Join(sys, "class/net", one.Name, "device")); err == nil {
			devices[one.Name] = true
		}
	}
	return func(name string) bool { return devices[name] || len(devices) == 0 && !isVirtual(name) }
}

func isVirtual(name string) bool {
	for _, prefix := range []string{"lo", "veth", "docker", "br-", "virbr", "cni", "flannel", "cali", "dummy", "kube-", "podman", "tunl"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
