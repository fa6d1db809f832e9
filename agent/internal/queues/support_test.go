package queues

import (
	"context"
	"net"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// startRedis starts a server of the test's own, on a socket, and ends it with the test.
func startRedis(t *testing.T) *resp.Client {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("there is no redis-server on the PATH")
	}
	socket := filepath.Join(t.TempDir(), "r.sock")
	server := exec.Command(path, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", filepath.Dir(socket))
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	address, err := resp.ParseAddress(socket)
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	client := resp.New(address)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func waitFor(t *testing.T, isMet func() bool) {
	t.Helper()
	for range 1_500 {
		if isMet() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("a condition was not met")
}

func do(t *testing.T, client *resp.Client, words ...string) any {
	t.Helper()
	reply := client.Send(context.Background(), words)[0]
	if reply.Err != nil {
		t.Fatalf("%v: %v", words[0], reply.Err)
	}
	return reply.Value
}

// readAll reads a source once, and checks that this changed nothing.
func readAll(t *testing.T, admin *resp.Client, cfg Config) map[string]protocol.QueueEntry {
	t.Helper()
	if cfg.Redis == "" {
		cfg.Redis = admin.Address().Where
	}
	made, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = made.Close() })
	before := do(t, admin, "dbsize")
	entries, err := made.Read(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if after := do(t, admin, "dbsize"); after != before {
		t.Errorf("reading changed the number of keys from %v to %v", before, after)
	}
	found := map[string]protocol.QueueEntry{}
	for _, entry := range entries {
		found[entry.Name] = entry
	}
	return found
}

func expect(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || *got != want {
		t.Errorf("%s is %s, not %v", what, shown(got), want)
	}
}

func expectAge(t *testing.T, what string, got *float64, least float64) {
	t.Helper()
	if got == nil || *got < least || *got > least+60_000 {
		t.Errorf("%s is %s, not about %v", what, shown(got), least)
	}
}

func shown(figure *float64) string {
	if figure == nil {
		return "unknown"
	}
	return numberText(*figure)
}
