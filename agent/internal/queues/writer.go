package queues

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// Writer stores reports where Zenith reads them.
type Writer interface {
	// AcquireSlot takes a lease or extends it. It returns its holder's text; false if the store does not answer.
	AcquireSlot(ctx context.Context, service string, slot int, holder string, ttl time.Duration) (string, bool)
	ReleaseSlot(ctx context.Context, service string, slot int, holder string)
	// WriteQueues sets the snapshot's times.
	WriteQueues(ctx context.Context, snapshot protocol.QueueSnapshot, slot int) error
	// ReadQueues returns nil if there is no readable snapshot.
	ReadQueues(ctx context.Context, service string, slot int) *protocol.QueueSnapshot
	WriteMinute(ctx context.Context, service string, minute Minute) error
}

const tidyEvery = time.Minute

// RedisWriter writes on a connection of its own. It uses no script: an ACL may deny them.
type RedisWriter struct {
	client *resp.Client
	keys   protocol.Keys
	signer *protocol.Signer
	clock  *protocol.Clock
	tidied time.Time
}

// NewRedisWriter makes a writer; it connects at the first report. The signer may be nil; the clock is shared with the agent's other
// reports, and asked for if they have not.
func NewRedisWriter(url, prefix string, signer *protocol.Signer, clock *protocol.Clock) (*RedisWriter, error) {
	address, err := resp.ParseAddress(url)
	if err != nil {
		return nil, err
	}
	return &RedisWriter{client: resp.New(address), keys: protocol.KeysOf(prefix), signer: signer, clock: clock}, nil
}

// Close ends the connection.
func (w *RedisWriter) Close() error { return w.client.Close() }

func milliseconds(duration time.Duration) string {
	return strconv.FormatInt(int64((duration+time.Millisecond-1)/time.Millisecond), 10)
}

// AcquireSlot competes without a script. Another node may have become the holder in between: its lease lasts a moment longer then.
func (w *RedisWriter) AcquireSlot(ctx context.Context, service string, slot int, holder string, ttl time.Duration) (string, bool) {
	key, ms := w.keys.QueuesLease(service, slot), milliseconds(ttl)
	replies := w.client.Send(ctx, []string{"set", key, holder, "PX", ms, "NX"}, []string{"get", key})
	if replies[1].Err != nil {
		return "", false
	}
	current, has := resp.Text(replies[1].Value)
	if _, isTaken := resp.Text(replies[0].Value); current == holder && !isTaken {
		w.client.Send(ctx, []string{"pexpire", key, ms})
	}
	return current, has
}

// ReleaseSlot leaves a lease that has passed to another node; one that passes in between competes again in its next round.
func (w *RedisWriter) ReleaseSlot(ctx context.Context, service string, slot int, holder string) {
	key := w.keys.QueuesLease(service, slot)
	if current, _ := resp.Text(w.client.Send(ctx, []string{"get", key})[0].Value); current == holder {
		w.client.Send(ctx, []string{"del", key})
	}
}

func (w *RedisWriter) learnTime(ctx context.Context) {
	if !w.clock.IsDue() {
		return
	}
	sentAt := time.Now()
	parts := resp.List(w.client.Send(ctx, []string{"time"})[0].Value)
	if len(parts) != 2 {
		return
	}
	seconds, micros := resp.Number(parts[0]), resp.Number(parts[1])
	if seconds != nil && micros != nil {
		w.clock.Learn(time.UnixMicro(int64(*seconds)*1_000_000+int64(*micros)), sentAt)
	}
}

// WriteQueues drops queues from the end if the text would be longer than readers take.
func (w *RedisWriter) WriteQueues(ctx context.Context, snapshot protocol.QueueSnapshot, slot int) error {
	w.learnTime(ctx)
	snapshot.Timestamp, snapshot.ClockAhead = w.clock.Stamp(time.Now())
	text, err := snapshot.Encode()
	for err == nil && len(text) > protocol.MaxSnapshotChars {
		snapshot.Queues = snapshot.Queues[:len(snapshot.Queues)*3/4]
		text, err = snapshot.Encode()
	}
	if err != nil {
		return err
	}
	key := w.keys.Queues(snapshot.Service, slot)
	life := protocol.MinSnapshotLife
	if snapshot.Interval != nil {
		life = protocol.SnapshotLife(time.Duration(*snapshot.Interval) * time.Millisecond)
	}
	commands := [][]string{
		{"set", key, w.signer.JSON(key, text), "PX", milliseconds(life)},
		{"zadd", w.keys.QueueIndex(), strconv.FormatInt(snapshot.Timestamp, 10), protocol.QueuesMember(snapshot.Service, slot)},
	}
	if err := anyError(w.client.Send(ctx, append(commands, w.tidy()...)...)); err != nil {
		return err
	}
	return nil
}

// tidy also prunes members in the far future, which would never get old. It prunes nothing while Redis' clock is unknown.
func (w *RedisWriter) tidy() [][]string {
	oldest, isKnown := w.clock.Oldest(protocol.QueueIndexLife)
	if !isKnown || (!w.tidied.IsZero() && time.Since(w.tidied) < tidyEvery) {
		return nil
	}
	w.tidied = time.Now()
	index, latest := w.keys.QueueIndex(), oldest+2*protocol.QueueIndexLife.Milliseconds()
	return [][]string{
		{"zremrangebyscore", index, "-inf", strconv.FormatInt(oldest, 10)},
		{"zremrangebyscore", index, strconv.FormatInt(latest, 10), "+inf"},
	}
}

// ReadQueues reads what the election needs: who reports, and which queues.
func (w *RedisWriter) ReadQueues(ctx context.Context, service string, slot int) *protocol.QueueSnapshot {
	text, is := resp.Text(w.client.Send(ctx, []string{"get", w.keys.Queues(service, slot)})[0].Value)
	if !is {
		return nil
	}
	var written struct {
		Reporter *string `json:"reporter"`
		Queues   []struct {
			Name         string   `json:"name"`
			Driver       string   `json:"driver"`
			Place        *string  `json:"place"`
			Server       *string  `json:"server"`
			States       []string `json:"states"`
			Approximate  bool     `json:"approximate"`
			Capabilities []string `json:"capabilities"`
		} `json:"queues"`
	}
	if json.NewDecoder(strings.NewReader(text)).Decode(&written) != nil {
		return nil
	}
	snapshot := &protocol.QueueSnapshot{Service: service, Reporter: protocol.Text(textOr(written.Reporter, ""))}
	for _, queue := range written.Queues[:min(len(written.Queues), maxQueues)] {
		if queue.Name != "" {
			snapshot.Queues = append(snapshot.Queues, protocol.QueueEntry{Name: queue.Name, Driver: queue.Driver,
				Place: protocol.Text(textOr(queue.Place, "")), Server: protocol.Text(textOr(queue.Server, "")), States: queue.States,
				Approximate: queue.Approximate, Capabilities: queue.Capabilities})
		}
	}
	return snapshot
}

// WriteMinute adds a record of the queues' history. While Redis' clock is unknown, nothing is trimmed by age.
func (w *RedisWriter) WriteMinute(ctx context.Context, service string, minute Minute) error {
	w.learnTime(ctx)
	record := minute.History
	record.To, record.ClockAhead = w.clock.Stamp(minute.To)
	record.From = max(0, record.To-minute.To.Sub(minute.From).Milliseconds())
	text, err := record.Encode()
	if err != nil {
		return err
	}
	key := w.keys.QueueHistory(service)
	field, value := protocol.Pack(w.signer.JSON(key, text))
	add := []string{"xadd", key}
	if oldest, isKnown := w.clock.Oldest(protocol.HistoryLife); isKnown {
		add = append(add, "MINID", "~", strconv.FormatInt(oldest, 10))
	}
	sentAt := time.Now()
	replies := w.client.Send(ctx, append(add, "*", field, value), []string{"pexpire", key, milliseconds(2 * protocol.HistoryLife)})
	if id, is := resp.Text(replies[0].Value); is {
		w.clock.Check(id, sentAt)
	}
	if err := anyError(replies); err != nil {
		return err
	}
	return nil
}
