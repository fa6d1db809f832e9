package queues

import (
	"context"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

// A polling worker checks for due jobs every few seconds: only after this time, ms, does a due job mean that there is no worker.
const dueGrace = 5_000

// heldCounts is the state of one queue according to its keys.
type heldCounts struct {
	waiting, delayed, reserved float64
	oldestMs, overdueMs        *float64
	// err is why they could not be read.
	err string
}

// readHeld reads counts in two rounds: the second skips what is empty.
func readHeld(ctx context.Context, client *resp.Client, queues []laravelQueue, now float64) ([]heldCounts, error) {
	commands := make([][]string, 0, 3*len(queues))
	for _, queue := range queues {
		commands = append(commands, []string{"llen", queue.waiting()}, []string{"zcard", queue.delayed()}, []string{"zcard", queue.reserved()})
	}
	replies := client.SendInPortions(ctx, commands, portion)
	counts := make([]heldCounts, len(queues))
	for index := range queues {
		own := replies[3*index : 3*index+3]
		message, err := firstError(own, "A key of this queue holds another type of data than Laravel puts there")
		if err != nil {
			return nil, err
		}
		counts[index].err = message
		if message == "" {
			counts[index].waiting, counts[index].delayed = resp.Count(own[0].Value), resp.Count(own[1].Value)
			counts[index].reserved = resp.Count(own[2].Value)
		}
	}
	readHeads(ctx, client, queues, counts, now)
	return counts, nil
}

type head struct {
	queue    int
	isOldest bool
}

func readHeads(ctx context.Context, client *resp.Client, queues []laravelQueue, counts []heldCounts, now float64) {
	var heads []head
	var commands [][]string
	ask := func(one head, command ...string) {
		heads = append(heads, one)
		commands = append(commands, command)
	}
	for index, queue := range queues {
		if counts[index].waiting > 0 {
			ask(head{index, true}, "lindex", queue.waiting(), "0")
		}
		if counts[index].delayed > 0 {
			ask(head{index, false}, "zrange", queue.delayed(), "0", "0", "WITHSCORES")
		}
		if counts[index].reserved > 0 {
			ask(head{index, false}, "zrange", queue.reserved(), "0", "0", "WITHSCORES")
		}
	}
	due := map[int]*float64{}
	for index, reply := range client.SendInPortions(ctx, commands, 200) {
		one := heads[index]
		if !one.isOldest {
			due[one.queue] = earlier(due[one.queue], firstDue(reply.Value))
			continue
		}
		if job, is := readPayload(resp.TextOf(reply.Value)); is {
			counts[one.queue].oldestMs = ageOf(job.waitsSince, now)
		}
	}
	for queue, at := range due {
		if overdue := ageOf(at, now); overdue != nil && *overdue >= dueGrace {
			counts[queue].overdueMs = overdue
		}
	}
}

// firstDue: both sets are sorted by the time when a job is due, to start or to be retried.
func firstDue(reply any) *float64 {
	if first := resp.ScoredOf(reply); len(first) > 0 {
		return known(first[0].Score * 1_000)
	}
	return nil
}
