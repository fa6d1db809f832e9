package quasar_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	quasar "github.com/gravito-framework/quasar/clients/go"
	"github.com/gravito-framework/quasar/clients/go/internal/testredis"
	"github.com/gravito-framework/quasar/clients/go/protocol"
)

var background = context.Background()

const keys = protocol.Keys(protocol.DefaultPrefix)

// logged collects the lines of a logger.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start starts Quasar for a service named billing.
func start(t *testing.T, options quasar.Options) (*quasar.Quasar, *logged) {
	t.Helper()
	lines := &logged{}
	options.Service = "billing"
	if options.Logger == nil {
		options.Logger = slog.New(slog.NewTextHandler(lines, nil))
	}
	q, err := quasar.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(q) })
	return q, lines
}

func stop(q *quasar.Quasar) {
	ctx, cancel := context.WithTimeout(background, 2*time.Second)
	defer cancel()
	_ = q.Stop(ctx)
}

func serve(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(&logged{}, nil), slog.LevelError)
	server.Start()
	t.Cleanup(server.Close)
	return server
}

func flush(t *testing.T, q *quasar.Quasar) {
	t.Helper()
	if err := q.Flush(background); err != nil {
		t.Fatal(err)
	}
}

func heartbeat(t *testing.T, redis *testredis.Server, q *quasar.Quasar) protocol.Heartbeat {
	t.Helper()
	var beat protocol.Heartbeat
	if err := json.Unmarshal([]byte(redis.Text(keys.Node("billing", q.Status().Node))), &beat); err != nil {
		t.Fatal(err)
	}
	return beat
}

// rollupOf sums all rollups of the service.
func rollupOf(t *testing.T, redis *testredis.Server) (routes map[string]protocol.RouteRollup, jobs map[string]protocol.JobRollup) {
	t.Helper()
	routes, jobs = map[string]protocol.RouteRollup{}, map[string]protocol.JobRollup{}
	for _, entry := range redis.XRange(background, keys.Rollup("billing"), "-", "+").Val() {
		text, _ := entry.Values["data"].(string)
		if packed, ok := entry.Values["deflate"].(string); ok {
			text, _ = protocol.Inflate(packed)
		}
		var rollup protocol.Rollup
		if err := json.Unmarshal([]byte(text), &rollup); err != nil {
			t.Fatal(err)
		}
		for _, one := range rollup.Routes {
			sum := routes[one.Key]
			sum.Count += one.Count
			sum.Errors += one.Errors
			sum.Aborted += one.Aborted
			for i, count := range one.Classes {
				for len(sum.Classes) <= i {
					sum.Classes = append(sum.Classes, 0)
				}
				sum.Classes[i] += count
			}
			sum.Sketch = protocol.MergeSketches([]string{sum.Sketch, one.Sketch})
			routes[one.Key] = sum
		}
		for _, one := range rollup.Jobs {
			sum := jobs[one.Key]
			sum.Count += one.Count
			sum.Errors += one.Errors
			sum.Failed += one.Failed
			sum.Queue, sum.Wait = one.Queue, one.Wait
			jobs[one.Key] = sum
		}
	}
	return routes, jobs
}

func exceptions(t *testing.T, redis *testredis.Server) []protocol.Exception {
	t.Helper()
	var all []protocol.Exception
	for _, member := range redis.ZRange(background, keys.Errors("billing"), 0, -1).Val() {
		var one protocol.Exception
		if err := json.Unmarshal([]byte(member), &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

func slowEntries(redis *testredis.Server) []map[string]any {
	var all []map[string]any
	for _, entry := range redis.XRange(background, keys.Slow("billing"), "-", "+").Val() {
		all = append(all, entry.Values)
	}
	return all
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var text strings.Builder
	buffer := make([]byte, 4096)
	for {
		n, err := response.Body.Read(buffer)
		text.Write(buffer[:n])
		if err != nil {
			return response.StatusCode, text.String()
		}
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
