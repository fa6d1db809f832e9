package host

import (
	"context"
	"path/filepath"
	"sort"
	"strings"

	"github.com/shirou/gopsutil/v4/disk"
)

const maxDisks = 100

// collectDisks returns a disk whose figures are unknown for a mount point that doesn't answer.
func (c *Collector) collectDisks(ctx context.Context) []Disk {
	mounts, isVisible := c.options.Disks, true
	if mounts == nil {
		// At the same path, a container has other disks than the host.
		isVisible = c.options.Proc == "" || c.options.Root != ""
		mounts, _ = run(ctx, c, "mounts", c.realMounts)
	}
	disks := make([]Disk, 0, len(mounts))
	for _, mount := range mounts[:min(len(mounts), maxDisks)] {
		one := Disk{Mount: mount}
		if !isVisible {
			disks = append(disks, one)
			continue
		}
		usage, ok := run(ctx, c, "disk "+mount, func(ctx context.Context) (*disk.UsageStat, error) {
			return disk.UsageWithContext(ctx, filepath.Join("/", c.options.Root, mount))
		})
		if ok && usage.Total > 0 {
			one.Total, one.Free = known(float64(usage.Total)), known(float64(usage.Free))
			one.UsedPct = known(round(usage.UsedPercent))
		}
		disks = append(disks, one)
	}
	return disks
}

// realMounts leaves out file systems in memory, of the kernel, of other machines, and second mounts of one device.
func (c *Collector) realMounts(ctx context.Context) ([]string, error) {
	partitions, err := disk.PartitionsWithContext(ctx, true)
	if err != nil {
		return nil, err
	}
	sort.SliceStable(partitions, func(a, b int) bool { return len(partitions[a].Mountpoint) < len(partitions[b].Mountpoint) })
	seen, mounts := map[string]bool{}, []string{}
	for _, one := range partitions {
		if !isReal(one) || seen[one.Device] || c.isFile(one.Mountpoint) {
			continue
		}
		seen[one.Device] = true
		mounts = append(mounts, one.Mountpoint)
	}
	return mounts, nil
}

// isReal: a container's root is an overlay, and its only disk.
func isReal(one disk.PartitionStat) bool {
	if one.Fstype == "overlay" || one.Fstype == "fuse-overlayfs" {
		return one.Mountpoint == "/"
	}
	return realTypes[one.Fstype]
}

var realTypes = map[string]bool{
	"apfs": true, "bcachefs": true, "btrfs": true, "exfat": true, "ext2": true, "ext3": true, "ext4": true, "f2fs": true, "hfs": true,
	"jfs": true, "msdos": true, "nilfs2": true, "ntfs": true, "ntfs3": true, "reiserfs": true, "ufs": true, "vfat": true, "xfs": true,
	"zfs": true,
}

// isFile: container engines mount single files, such as /etc/hosts, from a disk of the host.
func (c *Collector) isFile(mount string) bool {
	base := filepath.Base(mount)
	return strings.HasPrefix(mount, "/etc/") && (base == "hosts" || base == "hostname" || base == "resolv.conf")
}
