// Package redistest starts real Redis servers for tests.
package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Server is a redis-server of its own, which ends with the test.
type Server struct {
	*redis.Client
	Address string
	command *exec.Cmd
}

// Start starts a server with further options, such as "--maxmemory", "1mb".
func Start(t testing.TB, options ...string) *Server {
	t.Helper()
	s := &Server{Address: FreeAddress(t)}
	s.Launch(t, options...)
	s.Client = redis.NewClient(&redis.Options{Addr: s.Address, MaxRetries: -1})
	t.Cleanup(func() { s.Client.Close() })
	Eventually(t, "Redis answers", func() bool { return s.Ping(context.Background()).Err() == nil })
	return s
}

// Launch starts the process again after Stop.
func (s *Server) Launch(t testing.TB, options ...string) {
	t.Helper()
	_, port, _ := net.SplitHostPort(s.Address)
	arguments := append([]string{"--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir()}, options...)
	s.command = exec.Command("redis-server", arguments...)
	if err := s.command.Start(); err != nil {
		t.Fatalf("redis-server can't be started: %v", err)
	}
	t.Cleanup(s.Stop)
}

// Stop ends the process.
func (s *Server) Stop() {
	if s.command == nil {
		return
	}
	_ = s.command.Process.Kill()
	_ = s.command.Wait()
	s.command = nil
}

// Process of the server, for signals.
func (s *Server) Process() *os.Process { return s.command.Process }

// URL of database 0.
func (s *Server) URL() string { return "redis://" + s.Address + "/0" }

// Text is the string at a key, or empty.
func (s *Server) Text(key string) string { return s.Get(context.Background(), key).Val() }

// FreeAddress is a loopback address that nothing listens on.
func FreeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// Eventually waits for a condition. The limit is long: the machine may be busy.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 30 s: %s", what)
}

// Contains fails unless the text has all parts.
func Contains(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s\nis missing in\n%s", fmt.Sprint(part), text)
		}
	}
}
