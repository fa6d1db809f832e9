package queues

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

const (
	// Most of the newest jobs of all queues that are assigned to their queues.
	maxIndexed  = 10_000
	indexWindow = 1_000
	// How often a longer list, or one with missing jobs, is read again.
	indexAgain = 30 * time.Second
)

// jobIndex maps the failed jobs of a Horizon to their queues. Horizon has one list for all queues, and only a job's hash names its queue.
// Each hash is read once.
type jobIndex struct {
	client  *resp.Client
	horizon string
	key     string
	// queues by id; empty if the job is gone.
	queues    map[string]string
	total     int
	signature string
	// hasGaps: some job's queue is unknown, as Horizon may be about to write it.
	hasGaps  bool
	walkedAt time.Time
}

func newJobIndex(client *resp.Client, horizon string) *jobIndex {
	return &jobIndex{client: client, horizon: horizon, key: horizon + "failed_jobs", queues: map[string]string{}}
}

func (i *jobIndex) isWhole() bool { return i.total <= maxIndexed }

// counts are the number of jobs per queue, by its name without braces.
func (i *jobIndex) counts() map[string]float64 {
	counts := map[string]float64{}
	for _, queue := range i.queues {
		if queue != "" {
			counts[queue]++
		}
	}
	return counts
}

func (i *jobIndex) refresh(ctx context.Context) *resp.Error {
	replies := i.client.Send(ctx, []string{"zcard", i.key}, []string{"zrange", i.key, "0", "0"}, []string{"zrange", i.key, "-1", "-1"})
	if err := anyError(replies); err != nil {
		return err
	}
	i.total = int(resp.Count(replies[0].Value))
	signature := fmt.Sprintf("%d %q %q", i.total, resp.Texts(replies[1].Value), resp.Texts(replies[2].Value))
	isSame := signature == i.signature
	if isSame && !i.hasGaps {
		return nil
	}
	if (isSame || !i.isWhole()) && !i.walkedAt.IsZero() && time.Since(i.walkedAt) < indexAgain {
		return i.catchUp(ctx)
	}
	if err := i.walk(ctx); err != nil {
		return err
	}
	i.signature = signature
	return nil
}

func (i *jobIndex) walk(ctx context.Context) *resp.Error {
	i.walkedAt = time.Now()
	queues := map[string]string{}
	i.hasGaps = false
	for start := 0; start < min(i.total, maxIndexed); start += indexWindow {
		ids, err := i.window(ctx, start, queues)
		if err != nil {
			return err
		}
		i.hasGaps = i.hasGaps || slices.ContainsFunc(ids, func(id string) bool { return queues[id] == "" })
	}
	i.queues = queues
	return nil
}

// catchUp reads only new jobs of a list that is too long to be read each time.
func (i *jobIndex) catchUp(ctx context.Context) *resp.Error {
	fresh := map[string]string{}
	for start := 0; start < min(i.total, maxIndexed); start += indexWindow {
		ids, err := i.window(ctx, start, fresh)
		if err != nil {
			return err
		}
		if len(ids) == 0 || slices.ContainsFunc(ids, func(id string) bool { _, has := i.queues[id]; return has }) {
			break
		}
	}
	for id, queue := range fresh {
		// A list that stays long would grow the index until the next walk.
		if len(i.queues) < 2*maxIndexed || i.queues[id] != "" {
			i.queues[id] = queue
		}
	}
	return nil
}

// window reads a part of the list, and puts the queue of each job into a map; empty if unknown.
func (i *jobIndex) window(ctx context.Context, start int, into map[string]string) ([]string, *resp.Error) {
	reply := i.client.Send(ctx, []string{"zrange", i.key, strconv.Itoa(start), strconv.Itoa(start + indexWindow - 1)})[0]
	if reply.Err != nil {
		return nil, reply.Err
	}
	ids := resp.Texts(reply.Value)
	var unknown []string
	var commands [][]string
	for _, id := range ids {
		into[id] = i.queues[id]
		if into[id] == "" {
			unknown = append(unknown, id)
			commands = append(commands, []string{"hget", i.horizon + id, "queue"})
		}
	}
	for index, reply := range i.client.SendInPortions(ctx, commands, portion) {
		if reply.Err != nil && reply.Err.Code != "WRONGTYPE" {
			return nil, reply.Err
		}
		into[unknown[index]] = bareName(resp.TextOf(reply.Value))
	}
	return ids, nil
}
