package queues

import (
	"context"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

// horizonThroughput is the number of jobs that ended since the first reading. Horizon counts up to its next snapshot, which moves the count
// into itself; the total continues across snapshots. Failed jobs are not included.
type horizonThroughput struct{ counts map[string]horizonCount }

type horizonCount struct {
	// base are jobs that snapshots subtracted since the first reading.
	base, current, snapshotAt float64
	// isFalling: the count fell without a snapshot that explains it yet.
	isFalling bool
}

// read returns totals by name, without braces.
func (t *horizonThroughput) read(ctx context.Context, client *resp.Client, horizon string, names []string) map[string]float64 {
	var commands [][]string
	for _, name := range names {
		commands = append(commands, []string{"hget", horizon + "queue:" + name, "throughput"},
			[]string{"zrange", horizon + "snapshot:queue:" + name, "-1", "-1"})
	}
	replies := client.SendInPortions(ctx, commands, portion)
	if t.counts == nil || len(t.counts) > 2*maxQueues {
		// A count that starts again only has an unknown rate for one reading.
		t.counts = map[string]horizonCount{}
	}
	totals := map[string]float64{}
	for index, name := range names {
		count, snapshot := replies[2*index], replies[2*index+1]
		if count.Err != nil || snapshot.Err != nil {
			continue
		}
		last, has := t.counts[horizon+name]
		next := nextCount(last, has, resp.Count(count.Value), resp.Texts(snapshot.Value))
		t.counts[horizon+name] = next
		totals[bareName(name)] = next.base + next.current
	}
	return totals
}

func nextCount(last horizonCount, has bool, current float64, snapshots []string) horizonCount {
	at, throughput := 0.0, 0.0
	if len(snapshots) > 0 {
		fields := fieldsOf(snapshots[0])
		if time := numberField(fields, "time"); time != nil {
			at = *time
		}
		if count := numberField(fields, "throughput"); count != nil {
			throughput = *count
		}
	}
	switch {
	case !has:
		return horizonCount{0, current, at, false}
	case at > last.snapshotAt:
		return horizonCount{last.base + max(throughput, last.current), current, at, false}
	case current >= last.current:
		return horizonCount{last.base, current, last.snapshotAt, false}
	// Between the two steps of a snapshot; if no snapshot follows, the metrics were cleared.
	case !last.isFalling:
		return horizonCount{last.base, last.current, last.snapshotAt, true}
	}
	return horizonCount{last.base + last.current, current, last.snapshotAt, false}
}
