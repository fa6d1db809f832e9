package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/gravito-framework/quasar/agent/internal/redistest"
)

// apart runs a command as in a container: with a network of its own, as the user 65532, and without a directory that it could write to.
// It is told the server's address by a Unix socket, which is a file.
func apart(t *testing.T, script string, env ...string) *exec.Cmd {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	one := exec.Command("unshare", "--net", "--", "setpriv", "--reuid", "65532", "--regid", "65532", "--clear-groups", "sh", "-c", script, "sh", path)
	one.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	return one
}

func TestStatusNeedsNoDirectory(t *testing.T) {
	if runtime.GOOS != "linux" || os.Getuid() != 0 || exec.Command("unshare", "--net", "true").Run() != nil {
		t.Skip("only root of Linux can start it in a network of its own")
	}
	socket := openToAll(t)
	server := redistest.Start(t, "--unixsocket", socket, "--unixsocketperm", "777")
	one := apart(t, `"$1" & agent=$!; read go; "$1" status; echo "code $?"; read go; "$1" status; echo "code $?"; "$1" status --alive; echo "code $?"; kill $agent; wait`,
		"QUASAR_REDIS_URL=unix://"+socket, "QUASAR_HOSTNAME=node-1", "QUASAR_INTERVAL=1000", "HOST_PROC=/proc", "HOST_SYS=/sys")
	agent := &log{}
	one.Stdout, one.Stderr = agent, agent
	input, err := one.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := one.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = one.Process.Kill() })
	redistest.Eventually(t, "it reports under the name of the node", func() bool {
		return server.Text("gravito:quasar:node:host:node-1") != ""
	})
	_, _ = input.Write([]byte("\n"))
	redistest.Eventually(t, "status answers", func() bool { return strings.Contains(agent.String(), "code ") })
	redistest.Contains(t, agent.String(), "node-1 as service host", "code 0")

	server.Stop()
	redistest.Eventually(t, "the outage is told", func() bool { return strings.Contains(agent.String(), "a report was not written") })
	_, _ = input.Write([]byte("\n"))
	redistest.Eventually(t, "status answers twice", func() bool { return strings.Count(agent.String(), "code ") == 3 })
	// Whoever restarts an agent that doesn't answer must not restart one whose Redis is away.
	_, after, _ := strings.Cut(agent.String(), "code 0")
	redistest.Contains(t, after, "NOT WRITING", "code 1", "code 0")
	_ = one.Wait()
}

// openToAll is a path that each user can reach.
func openToAll(t *testing.T) string {
	t.Helper()
	directory, err := os.MkdirTemp("/tmp", "quasar")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(directory) })
	if err := os.Chmod(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	binary, err := built()
	if err == nil {
		err = os.Chmod(binary[:strings.LastIndex(binary, "/")], 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return directory + "/redis.sock"
}

// The log has a line when an outage begins, and one when it ends, whatever the reasons in between.
func TestAnOutageIsTwoLines(t *testing.T) {
	server := redistest.Start(t)
	agent := agentOf(t, "--redis", server.URL(), "--interval", "1000")
	redistest.Eventually(t, "the host reports", func() bool { return server.Text(hostKey) != "" })
	process := server.Process()
	_ = process.Signal(syscall.SIGSTOP)
	redistest.Eventually(t, "that it hangs is told", func() bool { return strings.Contains(agent.log.String(), "a report was not written") })
	_ = process.Signal(syscall.SIGCONT)
	server.Stop()
	server.Launch(t, "--maxmemory", "1", "--maxmemory-policy", "noeviction")
	redistest.Eventually(t, "Redis answers", func() bool { return server.Ping(context.Background()).Err() == nil })
	server.ConfigSet(context.Background(), "maxmemory", "0")
	redistest.Eventually(t, "the end is told", func() bool { return strings.Contains(agent.log.String(), "reports are written again") })
	if count := strings.Count(agent.log.String(), "a report was not written"); count != 1 {
		t.Errorf("%d lines:\n%s", count, agent.log)
	}
}
