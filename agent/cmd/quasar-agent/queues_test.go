package main

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gravito-framework/quasar/agent/internal/redistest"
)

// One agent reads two kinds of queues of another Redis, which goes away and comes back: it costs these queues and nothing else.
func TestQueuesOfAnotherRedis(t *testing.T) {
	server, jobs, ctx := redistest.Start(t), redistest.Start(t), context.Background()
	fill := func() {
		jobs.HSet(ctx, "bull:mail:meta", "opts.maxLenEvents", 10_000)
		jobs.RPush(ctx, "bull:mail:wait", "1", "2")
		jobs.RPush(ctx, "imports", "a", "b", "c")
	}
	fill()
	path, socket := filepath.Join(t.TempDir(), "agent.yaml"), filepath.Join(t.TempDir(), "s")
	file(t, path, "redis: "+server.URL()+"\ninterval: 1000\nsocket: "+socket+"\nqueues:\n"+
		"  - {driver: bullmq, redis: '"+jobs.URL()+"'}\n"+
		"  - {driver: redis-list, redis: '"+jobs.URL()+"', queues: [imports]}\n")
	agent := agentOf(t, "--config", path)
	const key = "gravito:quasar:queues:host"
	areRead := func() bool {
		text := server.Text(key)
		return strings.Contains(text, `"name":"mail","driver":"bullmq"`) && strings.Contains(text, `"waiting":2,`) &&
			strings.Contains(text, `"name":"imports","driver":"redis-list"`) && strings.Contains(text, `"waiting":3,`)
	}
	redistest.Eventually(t, "both queues are reported", areRead)
	text, code := output(t, "status", "--socket", socket)
	redistest.Contains(t, text, "host: 2 watched, 2 reported by this agent", "source bullmq at ", "source redis-list at ")
	if code != 0 {
		t.Errorf("status: %d", code)
	}

	jobs.Stop()
	redistest.Eventually(t, "both queues have an error", func() bool { return strings.Count(server.Text(key), "ECONNREFUSED") == 2 })
	if text, code := output(t, "status", "--socket", socket); code != 0 || !strings.Contains(text, "failing: Nothing listens") {
		t.Errorf("status: %d %s", code, text)
	}
	jobs.Launch(t)
	redistest.Eventually(t, "its Redis is back", func() bool { return jobs.Ping(ctx).Err() == nil })
	fill()
	redistest.Eventually(t, "both queues are reported again", areRead)

	_ = agent.Process.Signal(syscall.SIGTERM)
	<-agent.ended
	if server.Text("gravito:quasar:lease:queues:host") != "" {
		t.Error("the lease is still held")
	}
}
