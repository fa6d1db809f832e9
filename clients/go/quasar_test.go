package quasar_test

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	quasar "github.com/gravito-framework/quasar/clients/go"
	"github.com/gravito-framework/quasar/clients/go/internal/testredis"
	"github.com/gravito-framework/quasar/clients/go/protocol"
)

func TestReportsTheProcessAndLeaves(t *testing.T) {
	redis := testredis.Start(t)
	q, _ := start(t, quasar.Options{
		Redis: redis.URL(), Environment: "production", AppVersion: "1.2.3", Token: "a-token-of-the-test",
		Meta:  func() any { return map[string]any{"region": "eu"} },
		Ready: func() quasar.Readiness { return quasar.Readiness{Ready: true, Deps: map[string]string{"db": "up"}} },
	})
	node := q.Status().Node
	key := keys.Node("billing", node)
	testredis.Eventually(t, "the first report comes by itself", func() bool { return redis.Text(key) != "" })
	flush(t, q)

	beat := heartbeat(t, redis, q)
	equal(t, "language", beat.Language, "go")
	equal(t, "sdk", *beat.SDK, protocol.SDK{Name: "quasar-go", Version: quasar.Version})
	equal(t, "environment", beat.Environment, "production")
	equal(t, "clock", *beat.ClockAhead, 0)
	equal(t, "meta", string(beat.Meta), `{"region":"eu"}`)
	equal(t, "ready", beat.Ready.Status+string(beat.Ready.Deps), `ready{"db":"up"}`)
	equal(t, "event loop", beat.EventLoop == nil, true)
	equal(t, "requests before any came", beat.Requests == nil, true)
	for name, figure := range map[string]*float64{
		"rss": beat.Memory.Process.RSS, "heap": beat.Memory.Process.HeapUsed, "cores": beat.CPU.Cores, "cpu": beat.CPU.Process,
		"machine": beat.Memory.System.Total, "uptime": beat.Runtime.Uptime, "disk": beat.Disk[0].Total, "gc": beat.GC.Count,
	} {
		if figure == nil || *figure < 0 || name != "cpu" && name != "gc" && *figure == 0 {
			t.Errorf("%s is unknown", name)
		}
	}
	if life := redis.PTTL(background, key).Val(); life <= 0 || life > 30*time.Second {
		t.Errorf("it lives for %v", life)
	}
	text := redis.Text(key)
	signature := regexp.MustCompile(`,"sig":"[0-9a-f.]+"\}$`)
	equal(t, "signed", protocol.NewSigner("a-token-of-the-test").JSON(key, signature.ReplaceAllString(text, "}")), text)
	equal(t, "indexed", redis.ZScore(background, keys.NodeIndex(), protocol.NodeMember("billing", node)).Val(), float64(beat.Timestamp))
	equal(t, "the service", redis.ZCard(background, keys.ServiceIndex()).Val(), 1)

	q.CaptureException(errors.New("the last one"))
	if err := q.Stop(background); err != nil {
		t.Error(err)
	}
	equal(t, "keys of the node", redis.Exists(background, key).Val(), 0)
	equal(t, "nodes", redis.ZCard(background, keys.NodeIndex()).Val(), 0)
	equal(t, "exceptions", len(exceptions(t, redis)), 1)
	equal(t, "after the end", q.Flush(background) != nil, true)
	equal(t, "again", q.Stop(background), nil)
}

func TestJobs(t *testing.T) {
	redis := testredis.Start(t)
	q, _ := start(t, quasar.Options{Redis: redis.URL(), Slow: time.Nanosecond})
	failure, wait := errors.New("no stock for ada@example.com"), 5*time.Millisecond
	equal(t, "result", q.Job(background, "mail", "send", func(context.Context) error { return nil }), nil)
	equal(t, "result", q.Job(background, "mail", "send", func(context.Context) error { return failure }), failure)
	info := quasar.JobInfo{
		Queue: "mail", Name: "send", ID: "17", Attempt: 2, Wait: &wait, WillRetry: func(error) bool { return true },
		Traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
	}
	equal(t, "result", q.RunJob(background, info, func(context.Context) error { return failure }), failure)
	func() {
		defer func() { equal(t, "the panic", recover(), any("boom")) }()
		_ = q.Job(background, "", "nightly", func(context.Context) error { panic("boom") })
	}()
	flush(t, q)

	_, jobs := rollupOf(t, redis)
	send, nightly := jobs["send"], jobs["nightly"]
	equal(t, "attempts", send.Count, 3)
	equal(t, "failed attempts", send.Errors, 2)
	equal(t, "failed for good", send.Failed, 1)
	equal(t, "queue", send.Queue, "mail")
	equal(t, "waits", send.Wait, "aw")
	equal(t, "nightly", nightly.Failed, 1)
	equal(t, "slow entries", len(slowEntries(redis)), 4)
	handled := 0
	for _, one := range exceptions(t, redis) {
		equal(t, "kind", one.Kind, "job")
		if one.Handled {
			handled++
			equal(t, "trace", one.TraceID, "4bf92f3577b34da6a3ce929d0e0e4736")
			equal(t, "message", one.Message, "no stock for ***")
		}
	}
	equal(t, "handled", handled, 1)
}

func TestRedactMayOnlyRemove(t *testing.T) {
	redis := testredis.Start(t)
	q, _ := start(t, quasar.Options{Redis: redis.URL(), Redact: func(record *quasar.Record) bool {
		record.Message = strings.ReplaceAll(record.Message, "ada", "x") + " password=hunter2"
		record.Stack, record.TraceID = "", "invented"
		return record.Name != "fs.PathError"
	}})
	q.CaptureException(errors.New("no stock for ada in the whole wide world"))
	flush(t, q)
	all := exceptions(t, redis)
	equal(t, "exceptions", len(all), 1)
	equal(t, "message", strings.HasPrefix(all[0].Message, "no stock for x in") && !strings.Contains(all[0].Message, "hunter2"), true)
	equal(t, "stack", all[0].Stack, "")
	equal(t, "trace", all[0].TraceID, "")
}

func TestBadOptionsNameTheOption(t *testing.T) {
	for name, options := range map[string]quasar.Options{
		"Interval":  {Interval: time.Millisecond},
		"Prefix":    {Prefix: "no-colon"},
		"Token":     {Token: "short-secret"},
		"Sample":    {Sample: 2},
		"Redis":     {Redis: "http://user:secret@host"},
		"Ignore":    {Ignore: []string{""}},
		"SlowRules": {SlowRules: []quasar.SlowRule{{}}},
		"Disks":     {Disks: []string{""}},
	} {
		q, err := quasar.Start(options)
		if q != nil || err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Setenv("QUASAR_INTERVAL", "soon")
	if _, err := quasar.Start(quasar.Options{}); err == nil || !strings.Contains(err.Error(), "QUASAR_INTERVAL takes") {
		t.Error(err)
	}
}

// Without a Redis, switched off, or nil: nothing is reported, and nothing changes.
func TestReportsNothingWithoutARedis(t *testing.T) {
	t.Setenv("QUASAR_REDIS_URL", "")
	t.Setenv("REDIS_URL", "")
	q, lines := start(t, quasar.Options{})
	if !strings.Contains(lines.String(), "nothing is reported") {
		t.Error(lines.String())
	}
	t.Setenv("QUASAR_DISABLED", "1")
	off, err := quasar.Start(quasar.Options{Interval: -1})
	equal(t, "error", err, nil)
	for _, one := range []*quasar.Quasar{q, off, nil} {
		mux := http.NewServeMux()
		equal(t, "the handler itself", one.Middleware(mux), http.Handler(mux))
		equal(t, "a job", one.Job(background, "", "job", func(context.Context) error { return nil }), nil)
		one.CaptureException(errors.New("lost"))
		equal(t, "flush", one.Flush(background), nil)
		equal(t, "stop", one.Stop(background), nil)
		equal(t, "enabled", one.Status().Enabled, false)
		_ = one.String()
	}
}

// All at once, for the race detector.
func TestConcurrentUse(t *testing.T) {
	redis := testredis.Start(t)
	q, _ := start(t, quasar.Options{Redis: redis.URL(), Interval: 100 * time.Millisecond, Slow: time.Nanosecond})
	ask := app(t, q)
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 20 {
				ask()
				_ = q.Job(background, "mail", "send", func(context.Context) error { return nil })
				q.CaptureException(errors.New("caught"))
				_ = q.Status()
			}
		}()
	}
	all.Wait()
	flush(t, q)
	routes, jobs := rollupOf(t, redis)
	equal(t, "requests", routes["GET /ok"].Count, 160)
	equal(t, "jobs", jobs["send"].Count, 160)
}
