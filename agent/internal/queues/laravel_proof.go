package queues

import (
	"context"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

// lookForProof inspects a few jobs of connections whose Horizon is unknown: ids are unique, and Horizon stores a hash for each job that its
// queue pushes. What cannot be read proves nothing.
func (d *directory) lookForProof(ctx context.Context) {
	for _, prefix := range d.ownership.open() {
		jobs := d.samplesOf(ctx, prefix)
		if len(jobs) == 0 {
			continue
		}
		if horizon := d.whoKnows(ctx, jobs); horizon != "" {
			d.ownership.prove(prefix, horizon)
		} else if !anyPushed(jobs) {
			d.ownership.refute(prefix)
		}
	}
}

func anyPushed(jobs []payload) bool {
	for _, job := range jobs {
		if job.isPushed {
			return true
		}
	}
	return false
}

func (d *directory) samplesOf(ctx context.Context, prefix string) []payload {
	var commands [][]string
	for _, queue := range d.found {
		if queue.prefix != prefix {
			continue
		}
		commands = append(commands,
			[]string{"lrange", queue.waiting(), "0", "0"}, []string{"lrange", queue.waiting(), "-1", "-1"},
			[]string{"zrange", queue.reserved(), "-1", "-1"}, []string{"zrange", queue.delayed(), "-1", "-1"})
		if len(commands) == 4*maxInspected {
			break
		}
	}
	var jobs []payload
	for _, reply := range d.client.SendInPortions(ctx, commands, 50) {
		for _, text := range resp.Texts(reply.Value) {
			if job, is := readPayload(text); is {
				jobs = append(jobs, job)
			}
		}
	}
	return jobs
}

func (d *directory) whoKnows(ctx context.Context, jobs []payload) string {
	for _, horizon := range d.ownership.allHorizons() {
		commands := make([][]string, len(jobs))
		for index, job := range jobs {
			commands[index] = []string{"hget", horizon + job.id, "id"}
		}
		for index, reply := range d.client.SendInPortions(ctx, commands, portion) {
			if id, is := resp.Text(reply.Value); is && id == jobs[index].id {
				return horizon
			}
		}
	}
	return ""
}
