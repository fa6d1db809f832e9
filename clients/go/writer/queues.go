package writer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/redis/go-redis/v9"
)

// WriteQueues writes the snapshot of a rank, from 1, read at a moment of time.Now(). V, Timestamp and ClockAhead are set here.
func (w *Writer) WriteQueues(ctx context.Context, snapshot protocol.QueueSnapshot, rank int, at time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	if err := w.learnTime(ctx); err != nil {
		return err
	}
	snapshot.V = protocol.Version
	snapshot.Queues = snapshot.Queues[:min(len(snapshot.Queues), protocol.MaxQueues)]
	snapshot.Timestamp, snapshot.ClockAhead = w.clock.Stamp(at)
	encoded, err := snapshot.Encode()
	if err != nil {
		return fmt.Errorf("the queue snapshot can't be encoded: %w", err)
	}
	if len(encoded) > protocol.MaxSnapshotChars {
		return fmt.Errorf("the queue snapshot of %d bytes is longer than %d", len(encoded), protocol.MaxSnapshotChars)
	}
	interval := time.Duration(0)
	if snapshot.Interval != nil {
		interval = time.Duration(*snapshot.Interval) * time.Millisecond
	}
	key := w.keys.Queues(snapshot.Service, rank)
	member := protocol.QueuesMember(snapshot.Service, rank)
	_, err = w.send(ctx, append([]*step{
		{args: []any{"set", key, w.signer.JSON(key, encoded), "PX", protocol.SnapshotLife(interval).Milliseconds()}},
		{args: []any{"zadd", w.keys.QueueIndex(), snapshot.Timestamp, member}},
	}, w.tidyQueues()...))
	return err
}

func (w *Writer) tidyQueues() []*step {
	oldest, ok := w.clock.Oldest(protocol.QueueIndexLife)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !ok || time.Since(w.queuesTidied) < tidyEvery {
		return nil
	}
	w.queuesTidied = time.Now()
	future := oldest + 2*protocol.QueueIndexLife.Milliseconds()
	return []*step{
		{args: []any{"zremrangebyscore", w.keys.QueueIndex(), "-inf", oldest}},
		{args: []any{"zremrangebyscore", w.keys.QueueIndex(), future, "+inf"}},
	}
}

// ReadQueues reads the snapshot of a rank; nil if there is none, or if it is unreadable.
func (w *Writer) ReadQueues(ctx context.Context, service string, rank int) (*protocol.QueueSnapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	encoded, err := w.client.Get(ctx, w.keys.Queues(service, rank)).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var snapshot protocol.QueueSnapshot
	if len(encoded) > protocol.MaxSnapshotChars || json.Unmarshal([]byte(encoded), &snapshot) != nil {
		return nil, nil
	}
	return &snapshot, nil
}

// AcquireQueues competes for the lease of a rank, from 1, or extends it, and returns its holder. The holder's text is that of the protocol:
// {fingerprint} {places} {node}, or the node alone. It uses no script: an ACL may deny them.
func (w *Writer) AcquireQueues(ctx context.Context, service string, rank int, holder string, life time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	key, ms := w.keys.QueuesLease(service, rank), life.Milliseconds()
	taken, current := false, ""
	_, err := w.send(ctx, []*step{
		{args: []any{"set", key, holder, "PX", ms, "NX"}, done: func(reply any, _ time.Time) { taken = reply != nil }},
		{args: []any{"get", key}, done: func(reply any, _ time.Time) { current = text(reply) }},
	})
	// A Redis whose memory is full refuses a new lease, and still renews an old one.
	if current == "" {
		return "", err
	}
	if current == holder && !taken {
		_, err = w.send(ctx, []*step{{args: []any{"pexpire", key, ms}}})
		return current, err
	}
	return current, nil
}

// ReleaseQueues gives the lease of a rank up, if this holder has it.
func (w *Writer) ReleaseQueues(ctx context.Context, service string, rank int, holder string) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	key := w.keys.QueuesLease(service, rank)
	current, err := w.client.Get(ctx, key).Result()
	if errors.Is(err, redis.Nil) || err == nil && current != holder {
		return nil
	}
	if err != nil {
		return err
	}
	return w.client.Del(ctx, key).Err()
}
