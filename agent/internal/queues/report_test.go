package queues

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

func TestThroughputIsThatOfTheLastMinute(t *testing.T) {
	var meter throughput
	at := time.Now()
	total := func(value float64) *float64 { return &value }
	if meter.note(at, total(10)) != nil {
		t.Error("one sample has no rate")
	}
	expect(t, "rate", meter.note(at.Add(30*time.Second), total(20)), 20)
	expect(t, "rate", meter.note(at.Add(60*time.Second), total(20)), 10)
	expect(t, "rate, of the last minute", meter.note(at.Add(120*time.Second), total(20)), 0)
	if meter.note(at.Add(121*time.Second), total(3)) != nil {
		t.Error("after a restart the rate is unknown")
	}
}

// Made by the package: holderText(watchOf([…]), 'web-1') of src/core/queue-reporting/watch.ts.
func TestWatchHasThePackagesFingerprint(t *testing.T) {
	watched := watchOf([]facts{
		{driver: "bullmq", place: "127.0.0.1:6379/0 bull"},
		{driver: "laravel-horizon", place: "127.0.0.1:6379/0", names: []string{"mail", "a b:ü"}},
	})
	const want = "aE_1mZfeYmGpoz1F bullmq:102ec11d: web-1"
	if got := holderText(watched, "web-1"); got != want {
		t.Errorf("%s, not %s", got, want)
	}
	back := parseHolder(want)
	if back.node != "web-1" || back.fingerprint != watched.id() || len(back.places) != 1 {
		t.Errorf("%+v", back)
	}
	if other := parseHolder("php-1"); other.node != "php-1" || other.fingerprint != "" {
		t.Errorf("%+v", other)
	}
}

type bench struct {
	t      *testing.T
	writer *writer.Writer
	where  string
}

func (b bench) run(node string, configs ...Config) (stop func()) {
	var sources []Source
	for _, cfg := range configs {
		cfg.Redis = b.where
		one, err := New(cfg)
		if err != nil {
			b.t.Fatal(err)
		}
		sources = append(sources, one)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	reporter := NewReporter(sources, b.writer, Options{Service: "edge", Node: node, Interval: 200 * time.Millisecond})
	go func() {
		defer close(done)
		reporter.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-done
	}
	b.t.Cleanup(stop)
	return stop
}

func (b bench) snapshot(rank int) *protocol.QueueSnapshot {
	snapshot, _ := b.writer.ReadQueues(context.Background(), "edge", rank)
	if snapshot == nil {
		return &protocol.QueueSnapshot{}
	}
	return snapshot
}

func TestNodesShareTheirQueues(t *testing.T) {
	admin := startRedis(t)
	w, err := writer.New(writer.Options{URL: "unix://" + admin.Address().Where})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	on := bench{t, w, admin.Address().Where}
	do(t, admin, "rpush", "a", "1")
	lists := func(names ...string) Config { return Config{Driver: "redis-list", Queues: names} }
	stop := on.run("one", lists("a", "b"))
	waitFor(t, func() bool { return len(on.snapshot(1).Queues) == 2 })
	on.run("two", lists("b", "c"))
	waitFor(t, func() bool { return len(on.snapshot(2).Queues) == 1 })
	if queue := on.snapshot(2).Queues[0]; queue.Name != "c" {
		t.Errorf("the second node reports %s, which the first one does", queue.Name)
	}
	text, _ := do(t, admin, "get", "gravito:quasar:lease:queues:edge").(string)
	if !strings.HasSuffix(text, " - one") {
		t.Errorf("the lease is %q", text)
	}
	// Only a time between two readings is a minute.
	read := on.snapshot(1).Timestamp
	waitFor(t, func() bool { return on.snapshot(1).Timestamp > read })
	stop()
	waitFor(t, func() bool { return string(on.snapshot(1).Reporter) == "two" && len(on.snapshot(1).Queues) == 2 })
	if length, _ := do(t, admin, "xlen", "gravito:quasar:queue-history:edge").(int64); length == 0 {
		t.Error("the first node's minute is lost")
	}
}

func TestAFailingSourceCostsItself(t *testing.T) {
	admin := startRedis(t)
	do(t, admin, "rpush", "a", "1")
	list, err := New(Config{Driver: "redis-list", Redis: admin.Address().Where, Queues: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	gone, err := New(Config{Driver: "redis-list", Redis: "redis://user:hunter2@127.0.0.1:1/0", Queues: []string{"z"}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := writer.New(writer.Options{URL: "unix://" + admin.Address().Where})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		NewReporter([]Source{list, gone}, w, Options{Service: "edge", Node: "one", Interval: 200 * time.Millisecond}).Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done; _ = w.Close() })
	on := bench{t, w, ""}
	waitFor(t, func() bool { return len(on.snapshot(1).Queues) == 2 })
	waitFor(t, func() bool {
		queues := on.snapshot(1).Queues
		return len(queues) == 2 && queues[0].Metrics.Waiting != nil && strings.Contains(string(queues[1].Error), "ECONNREFUSED")
	})
	if text := string(on.snapshot(1).Queues[1].Error); strings.Contains(text, "hunter2") {
		t.Error("a secret is in the error")
	}
}
