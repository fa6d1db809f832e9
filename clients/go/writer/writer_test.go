package writer

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gravito-framework/quasar/clients/go/internal/testredis"
	"github.com/gravito-framework/quasar/clients/go/protocol"
)

func TestQueuesAndTheirLease(t *testing.T) {
	redis, ctx := testredis.Start(t), context.Background()
	w, err := New(Options{URL: redis.URL()})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, holder := range []string{"one", "two", "one"} {
		if got, err := w.AcquireQueues(ctx, "billing", 1, holder, time.Minute); got != "one" || err != nil {
			t.Errorf("%s got %q, %v", holder, got, err)
		}
	}
	_ = w.ReleaseQueues(ctx, "billing", 1, "two")
	if err := w.ReleaseQueues(ctx, "billing", 1, "one"); err != nil {
		t.Error(err)
	}
	if got, _ := w.AcquireQueues(ctx, "billing", 1, "two", time.Minute); got != "two" {
		t.Errorf("%q holds it", got)
	}
	queues := []protocol.QueueEntry{{Name: "mail", Driver: "laravel", Metrics: protocol.QueueMetrics{Waiting: protocol.Known(3)}}}
	if err := w.WriteQueues(ctx, protocol.QueueSnapshot{Service: "billing", Reporter: "two", Queues: queues}, 2, time.Now()); err != nil {
		t.Fatal(err)
	}
	read, err := w.ReadQueues(ctx, "billing", 2)
	if err != nil || *read.Queues[0].Metrics.Waiting != 3 || *read.ClockAhead != 0 {
		t.Errorf("%+v, %v", read, err)
	}
	if score := redis.ZScore(ctx, w.Keys().QueueIndex(), "billing:2").Val(); score != float64(read.Timestamp) {
		t.Error(score)
	}
	record := Queues(protocol.QueueHistory{Node: "two", Queues: []protocol.RecordedQueue{queues[0].Recorded()}}, time.Minute, time.Now())
	if rest, err := w.Write(ctx, Report{Service: "billing", Node: "two", Records: []*Record{record}}); len(rest) > 0 || err != nil {
		t.Error(rest, err)
	}
	if ttl := redis.PTTL(ctx, w.Keys().QueueHistory("billing")).Val(); ttl <= time.Hour {
		t.Error(ttl)
	}
}

// A record that is written twice has the same text, and a time by its age.
func TestRecordsAreDatedOnce(t *testing.T) {
	var clock protocol.Clock
	at := time.Now().Add(-time.Hour)
	clock.Learn(time.Now().Add(-24*time.Hour), time.Now())
	record := Exception(protocol.Exception{ID: "1", Name: "error", Service: "billing"}, at)
	if err := record.date(&clock); err != nil {
		t.Fatal(err)
	}
	first := record.text
	clock.Learn(time.Now(), time.Now())
	_ = record.date(&clock)
	if record.text != first || !strings.Contains(first, `"clockAhead":86`) {
		t.Error(record.text)
	}
	if off := at.Add(-24*time.Hour).UnixMilli() - record.exception.TS; off < -100 || off > 100 {
		t.Errorf("%d ms off", off)
	}
}
