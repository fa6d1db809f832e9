package report

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/redistest"
	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

func reporterOf(t *testing.T, url, token string) *Reporter {
	t.Helper()
	w, err := writer.New(writer.Options{URL: url, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return New(w, nil)
}

func beatOf(id string) *protocol.Heartbeat {
	return &protocol.Heartbeat{ID: id, Service: "shop", Language: "other", Hostname: "h", CPU: protocol.CPU{Process: protocol.Known(12)}}
}

func exception(message string) *protocol.Exception {
	return &protocol.Exception{ID: message, Name: "E", Message: message, Service: "shop", Node: "a", Kind: "custom"}
}

func TestAllRecordsAreWrittenAndSigned(t *testing.T) {
	server, ctx := redistest.Start(t), context.Background()
	r := reporterOf(t, server.URL(), "a-token-of-the-tests")
	now := time.Now()
	r.Heartbeat(beatOf("a"), now)
	r.Slow(&protocol.SlowEntry{Name: "GET /", DurationMs: 1200, Service: "shop", Kind: "request"}, now)
	r.Exception(exception("m"), now)
	r.Snapshot(&protocol.QueueSnapshot{Service: "shop", Reporter: "a", Queues: []protocol.QueueEntry{{Name: "mail", Driver: "other"}}}, now)
	if err := r.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	redistest.Contains(t, server.Text("gravito:quasar:node:shop:a"), `"id":"a"`, `"clockAhead":0`, `"sig":"`)
	redistest.Contains(t, server.Text("gravito:quasar:queues:shop"), `"name":"mail"`, `"sig":"`)
	if server.XLen(ctx, "gravito:quasar:slow:shop").Val() != 1 || server.ZCard(ctx, "gravito:quasar:errors:shop").Val() != 1 {
		t.Error("a slow entry or an exception is missing")
	}
	r.Leave("shop", "a")
	_ = r.Flush(ctx)
	if server.Exists(ctx, "gravito:quasar:node:shop:a").Val() != 0 || server.ZCard(ctx, "gravito:quasar:index:nodes").Val() != 0 {
		t.Error("the node has not left")
	}
}

func TestAnotherReportersQueuesStay(t *testing.T) {
	server, ctx := redistest.Start(t), context.Background()
	server.Set(ctx, "gravito:quasar:lease:queues:shop", "0123456789abcdef - other", time.Minute)
	r := reporterOf(t, server.URL(), "")
	r.Snapshot(&protocol.QueueSnapshot{Service: "shop", Reporter: "a"}, time.Now())
	if err := r.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if server.Text("gravito:quasar:queues:shop") != "" || server.Text("gravito:quasar:queues:shop:2") == "" {
		t.Error("the snapshot is not under rank 2")
	}
}

func TestAMinuteBecomesHistory(t *testing.T) {
	server, ctx := redistest.Start(t), context.Background()
	r := reporterOf(t, server.URL(), "")
	begin := time.Now().Add(-minuteStep)
	r.Beat(beatOf("a"), begin)
	second := beatOf("a")
	second.CPU.Process = protocol.Known(24)
	r.Beat(second, begin.Add(minuteStep))
	if err := r.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	entries := server.XRange(ctx, "gravito:quasar:history:shop", "-", "+").Val()
	if len(entries) != 1 {
		t.Fatalf("%d records", len(entries))
	}
	text, _ := entries[0].Values["data"].(string)
	if packed, ok := entries[0].Values["deflate"].(string); ok {
		text, _ = protocol.Inflate(packed)
	}
	var record protocol.Rollup
	if err := json.Unmarshal([]byte(text), &record); err != nil || *record.Process.CPU != 18 || record.System.Host != "h" {
		t.Errorf("got %s", text)
	}
}

// A Redis that is away costs nothing but what is over the bounds, oldest first.
func TestRedisGoneAndBack(t *testing.T) {
	server, ctx := redistest.Start(t), context.Background()
	r := reporterOf(t, server.URL(), "")
	server.Stop()
	for range maxRecords + 10 {
		r.Exception(exception("old"), time.Now())
	}
	r.Exception(exception("newest"), time.Now())
	r.Beat(beatOf("a"), time.Now())
	if r.Flush(ctx) == nil {
		t.Fatal("a Redis that is away took a report")
	}
	state := r.State()
	if state.LastError == "" || state.Dropped != 11 || state.BufferedBytes == 0 || !state.LastWrite.IsZero() {
		t.Errorf("got %+v", state)
	}
	server.Launch(t)
	redistest.Eventually(t, "the report is written", func() bool { r.Beat(beatOf("a"), time.Now()); return r.Flush(ctx) == nil })
	if members := server.ZRange(ctx, "gravito:quasar:errors:shop", -1, -1).Val(); len(members) != 1 {
		t.Errorf("got %v", members)
	}
	if state := r.State(); state.LastError != "" || state.BufferedBytes != 0 || state.LastWrite.IsZero() {
		t.Errorf("got %+v", state)
	}
}

func TestRedisHangs(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	r := reporterOf(t, "redis://:secret-of-tests@"+listener.Addr().String(), "")
	for range 20 {
		r.Beat(beatOf("a"+time.Now().String()), time.Now())
	}
	r.Exception(exception("m"), time.Now())
	if err := r.Flush(context.Background()); err == nil || strings.Contains(Plain(err), "secret") {
		t.Errorf("got %v", err)
	}
	if r.State().BufferedBytes == 0 {
		t.Error("the exception is lost")
	}
}

func TestRedisFullOrReadOnly(t *testing.T) {
	for name, options := range map[string][]string{
		"full":      {"--maxmemory", "1", "--maxmemory-policy", "noeviction"},
		"read-only": {"--replicaof", "127.0.0.1 1", "--replica-serve-stale-data", "yes"},
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t, options...)
			r := reporterOf(t, server.URL(), "")
			r.Beat(beatOf("a"), time.Now())
			r.Exception(exception("m"), time.Now())
			if r.Flush(context.Background()) == nil {
				t.Error("it took the report")
			}
			if state := r.State(); state.LastError == "" || state.BufferedBytes == 0 {
				t.Errorf("got %+v", state)
			}
		})
	}
}

func TestSnapshotsThatWaitAreBounded(t *testing.T) {
	r := reporterOf(t, "redis://127.0.0.1:1", "")
	for index := range maxSnapshots + 5 {
		r.Snapshot(&protocol.QueueSnapshot{Service: "shop", Reporter: protocol.Text(time.Unix(int64(index), 0).String())}, time.Unix(int64(index), 0))
	}
	if len(r.snapshots) != maxSnapshots || r.State().Dropped != 5 {
		t.Errorf("%d wait, %d were dropped", len(r.snapshots), r.State().Dropped)
	}
	for index := range 3 {
		queues := make([]protocol.QueueEntry, maxQueues/2)
		r.Snapshot(&protocol.QueueSnapshot{Service: "big", Reporter: protocol.Text(time.Unix(int64(index), 0).String()), Queues: queues}, time.Now())
	}
	total := 0
	for _, one := range r.snapshots {
		total += len(one.record.Queues)
	}
	if total != maxQueues {
		t.Errorf("%d queues wait", total)
	}
}

// A connection's own port differs each time, and a cause must not look like a new one.
func TestPlainErrors(t *testing.T) {
	text := Plain(errors.New("read tcp 127.0.0.1:54668->10.0.0.1:6379: i/o timeout of redis://u:secret@h"))
	if text != "read tcp 10.0.0.1:6379: i/o timeout of redis://u:***@h" {
		t.Error(text)
	}
}
