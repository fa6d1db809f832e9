// Package testredis starts real Redis servers for tests.
package testredis

import (
	"context"
	"net"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Server is a redis-server of a test.
type Server struct {
	*redis.Client
	Port    int
	process *exec.Cmd
	args    []string
}

// Start starts a server on a free port, which ends with the test.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	server := &Server{Port: FreePort(t), args: args}
	server.Client = redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1, DisableIdentity: true})
	server.Restart(t)
	t.Cleanup(func() {
		_ = server.Client.Close()
		server.End()
	})
	return server
}

// Restart starts the server again on its port.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	args := append([]string{"--port", strconv.Itoa(s.Port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir()}, s.args...)
	s.process = exec.Command("redis-server", args...)
	if err := s.process.Start(); err != nil {
		t.Fatalf("redis-server can't be started: %v", err)
	}
	Eventually(t, "Redis answers", func() bool {
		conn, err := net.Dial("tcp", s.Addr())
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
}

// End ends the server, if it runs.
func (s *Server) End() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// Addr is host:port.
func (s *Server) Addr() string { return "127.0.0.1:" + strconv.Itoa(s.Port) }

// URL of the server.
func (s *Server) URL() string { return "redis://" + s.Addr() }

// Text of a key; "" if there is none.
func (s *Server) Text(key string) string { return s.Get(context.Background(), key).Val() }

// FreePort is a port that nothing listens on.
func FreePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// Eventually waits until something holds.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
