package agent

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/gravito-framework/quasar/agent/internal/config"
	"github.com/gravito-framework/quasar/agent/internal/redistest"
)

type reportedQueue struct {
	Name    string             `json:"name"`
	Driver  string             `json:"driver"`
	Metrics map[string]float64 `json:"metrics"`
}

// runAgent runs an agent with a file until the returned function ends it.
func runAgent(t *testing.T, file string) (end func() error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	load := func() (*config.Config, error) {
		nothing := func(string) (string, bool) { return "", false }
		return config.Load(&config.Flags{Values: map[string]string{"config": path}}, &config.Env{Lookup: nothing})
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- New(load, slog.New(slog.NewTextHandler(io.Discard, nil))).Run(ctx, nil) }()
	t.Cleanup(cancel)
	return func() error {
		cancel()
		return <-ended
	}
}

func TestTwoSourcesOfQueuesAreOneSnapshot(t *testing.T) {
	server, ctx := redistest.Start(t), context.Background()
	// The layout of BullMQ: a hash of settings, and lists of ids.
	server.HSet(ctx, "bull:mail:meta", "version", "bullmq:5.0.0", "opts.maxLenEvents", "10000")
	server.LPush(ctx, "bull:mail:wait", "1", "2")
	server.LPush(ctx, "bull:mail:active", "3")
	server.RPush(ctx, "imports", "a", "b", "c")
	end := runAgent(t, "redis: "+server.URL()+"\nhost: false\nhostname: web-1\ninterval: 1000\nsocket: "+filepath.Join(t.TempDir(), "s")+`
queues:
  - {driver: bullmq, service: shop}
  - {driver: redis-list, service: shop, queues: [imports]}
`)
	queues := map[string]reportedQueue{}
	redistest.Eventually(t, "both sources are in the snapshot", func() bool {
		var snapshot struct {
			Service  string          `json:"service"`
			Reporter string          `json:"reporter"`
			Queues   []reportedQueue `json:"queues"`
		}
		if json.Unmarshal([]byte(server.Text("gravito:quasar:queues:shop")), &snapshot) != nil || len(snapshot.Queues) != 2 {
			return false
		}
		if snapshot.Service != "shop" || snapshot.Reporter != "web-1" {
			t.Errorf("reported by %s of %s", snapshot.Reporter, snapshot.Service)
		}
		for _, one := range snapshot.Queues {
			queues[one.Name] = one
		}
		return true
	})
	if mail := queues["mail"]; mail.Driver != "bullmq" || mail.Metrics["waiting"] != 2 || mail.Metrics["active"] != 1 {
		t.Errorf("mail: %+v", mail)
	}
	if imports := queues["imports"]; imports.Driver != "redis-list" || imports.Metrics["waiting"] != 3 {
		t.Errorf("imports: %+v", imports)
	}
	if server.ZScore(ctx, "gravito:quasar:index:queues", "shop").Val() == 0 {
		t.Error("the index lacks the service")
	}
	if err := end(); err != nil {
		t.Errorf("the end: %v", err)
	}
}
