package agent

import (
	"strings"
	"testing"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/config"
	"github.com/gravito-framework/quasar/agent/internal/process"
	"github.com/gravito-framework/quasar/agent/internal/queues"
)

func TestNodesKeepTheirNames(t *testing.T) {
	cfg := &config.Config{Hostname: "web-1", Service: "host", Host: true, Processes: []process.Rule{
		{Service: "shop"}, {Service: "shop"}, {Service: "shop", Sum: true}, {Service: "api", Sum: true}, {Service: "host", Sum: true},
	}}
	made := newBeats(cfg)
	for index, want := range []string{"web-1-3", "web-1-2.3", "web-1-3-sum", "web-1", "web-1-2-sum"} {
		if got := made.processID(&cfg.Processes[index], process.Figures{Slot: 3}); got != want {
			t.Errorf("rule %d: %s, want %s", index, got, want)
		}
	}
}

func TestCheckNamesTheSource(t *testing.T) {
	cfg := &config.Config{Redis: "redis://h", Queues: []config.Queues{{}, {Config: queues.Config{Driver: "bulmq"}}}}
	cfg.Queues[0].Driver, cfg.Queues[0].Redis = "bullmq", "redis://h"
	if err := Check(cfg); err == nil || !strings.Contains(err.Error(), "queues[1].driver takes one of") {
		t.Errorf("got %v", err)
	}
	cfg.Redis = "redis://:secret@h/x"
	if err := Check(cfg); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestStatusAsText(t *testing.T) {
	moment := time.Now()
	status := &Status{Redis: "redis://h", LastError: "i/o timeout", LastWrite: &moment, Reload: reloadState{At: &moment, Error: "no file"},
		Rules: []RuleStatus{{Service: "shop", Problem: "no process matches"}, {Service: "api", Processes: 2, LeftOut: 1}}, Failing: []string{"disk /data: it hangs"}}
	text := status.Text()
	for _, part := range []string{"NOT WRITING: i/o timeout", "a reload was refused", "shop: no process matches", "api: 2 running, 0 restarts, 1 left out (max)", "disk /data"} {
		if !strings.Contains(text, part) {
			t.Errorf("%s is missing in\n%s", part, text)
		}
	}
}
