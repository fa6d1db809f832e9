package report

import (
	"context"
	"fmt"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

const (
	// maxSnapshots that wait, and maxQueues in them: a snapshot alone may have 5 000.
	maxSnapshots = 100
	maxQueues    = 10_000
	// maxRanks that are tried for a lease.
	maxRanks = 10
)

// trimSnapshots drops the oldest snapshots that are too much, but never the newest one.
func (r *Reporter) trimSnapshots(newest Node) {
	for {
		queues, oldest := 0, newest
		for key, one := range r.snapshots {
			queues += len(one.record.Queues)
			if key != newest && (oldest == newest || one.at.Before(r.snapshots[oldest].at)) {
				oldest = key
			}
		}
		if oldest == newest || len(r.snapshots) <= maxSnapshots && queues <= maxQueues {
			return
		}
		delete(r.snapshots, oldest)
		r.lost++
	}
}

// writeSnapshots writes each under the first rank that is free: the first ones may be held by nodes that read queues themselves.
func (r *Reporter) writeSnapshots(ctx context.Context, snapshots []snapshot) (failed error) {
	for _, one := range snapshots {
		err := r.writeSnapshot(ctx, one)
		failed = first(failed, err)
		if isFatal(err) {
			break
		}
	}
	return failed
}

func (r *Reporter) writeSnapshot(ctx context.Context, one snapshot) error {
	record, holder := one.record, string(one.record.Reporter)
	for rank := 1; rank <= maxRanks; rank++ {
		current, err := r.writer.AcquireQueues(ctx, record.Service, rank, holder, leaseLife(record))
		if err != nil {
			return err
		}
		if current == holder {
			return r.writer.WriteQueues(ctx, *record, rank, one.at)
		}
	}
	return fmt.Errorf("%d other reporters report the queues of %s", maxRanks, record.Service)
}

func leaseLife(record *protocol.QueueSnapshot) time.Duration {
	if record.Interval == nil || *record.Interval <= 0 {
		return protocol.MinSnapshotLife
	}
	return time.Duration(1.4 * float64(*record.Interval) * float64(time.Millisecond))
}
