package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gravito-framework/quasar/agent/internal/redistest"
)

const containerUser = 65532

// container is an empty image: the binary, a socket of Redis, and nothing that its user can write.
type container struct {
	*running
	root string
}

func startContainer(t *testing.T, address string, change func(root string)) *container {
	t.Helper()
	root, err := os.MkdirTemp("", "quasar-image")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "quasar-agent"), data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	change(root)
	one := exec.Command("/quasar-agent")
	one.Dir, one.Env = "/", []string{"QUASAR_HOSTNAME=web-1", "QUASAR_REDIS_URL=" + address}
	// Its own network, as in a pod: other agents of this machine open the same name.
	one.SysProcAttr = &syscall.SysProcAttr{
		Chroot: root, Cloneflags: syscall.CLONE_NEWNET, Credential: &syscall.Credential{Uid: containerUser, Gid: containerUser},
	}
	agent := &running{one, &log{}, make(chan error, 1)}
	agent.Stderr = agent.log
	if err := agent.Start(); err != nil {
		t.Skipf("no namespace can be made here: %v", err)
	}
	go func() { agent.ended <- agent.Wait() }()
	t.Cleanup(func() { _ = agent.Process.Kill() })
	return &container{agent, root}
}

// exec runs `quasar-agent status` in the container, as engines run a health check.
func (c *container) exec(user int) (string, int) {
	process := "/proc/" + strconv.Itoa(c.Process.Pid)
	id := strconv.Itoa(user)
	one := exec.Command("nsenter", "--net="+process+"/ns/net", "--root="+process+"/root", "--wd="+process+"/root",
		"--setuid", id, "--setgid", id, "--", "/quasar-agent", "status")
	one.Env = []string{}
	text, _ := one.CombinedOutput()
	return string(text), one.ProcessState.ExitCode()
}

func needNamespaces(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("nsenter"); err != nil || os.Geteuid() != 0 {
		t.Skip("needs root and nsenter")
	}
}

// redisInFile is a server that a container without a network reaches.
func redisInFile(t *testing.T) (server *redistest.Server, share func(root string)) {
	t.Helper()
	directory, err := os.MkdirTemp("", "quasar-redis")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(directory) })
	path := filepath.Join(directory, "redis.sock")
	server = redistest.Start(t, "--unixsocket", path, "--unixsocketperm", "777")
	return server, func(root string) {
		if err := os.Link(path, filepath.Join(root, "redis.sock")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStatusInAnEmptyImage(t *testing.T) {
	needNamespaces(t)
	server, share := redisInFile(t)
	agent := startContainer(t, "unix:///redis.sock", share)
	redistest.Eventually(t, "the host reports", func() bool { return server.Text(hostKey) != "" })
	for _, user := range []int{containerUser, 0} {
		text, code := agent.exec(user)
		redistest.Contains(t, text, "host         web-1 as service host")
		if code != 0 {
			t.Errorf("status of user %d: %d %s", user, code, text)
		}
	}
	if text, code := agent.exec(containerUser + 1); code != 1 || strings.Contains(text, "web-1") {
		t.Errorf("another user is answered: %d %s", code, text)
	}
	_ = agent.Process.Signal(syscall.SIGTERM)
	if err := <-agent.ended; err != nil || server.ZCard(context.Background(), "gravito:quasar:index:nodes").Val() != 0 {
		t.Errorf("SIGTERM: %v\n%s", err, agent.log)
	}
}

// The unit's RuntimeDirectory belongs to the user, and its path comes first.
func TestStatusWithARuntimeDirectory(t *testing.T) {
	needNamespaces(t)
	server, share := redisInFile(t)
	agent := startContainer(t, "unix:///redis.sock", func(root string) {
		share(root)
		directory := filepath.Join(root, "run/quasar-agent")
		if err := os.MkdirAll(directory, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(directory, containerUser, containerUser); err != nil {
			t.Fatal(err)
		}
	})
	redistest.Eventually(t, "the host reports", func() bool { return server.Text(hostKey) != "" })
	info, err := os.Stat(filepath.Join(agent.root, "run/quasar-agent/status.sock"))
	if err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("the socket: %v %v", info, err)
	}
	if text, code := agent.exec(0); code != 0 {
		t.Errorf("status: %d %s", code, text)
	}
	if text, code := agent.exec(containerUser + 1); code != 1 || !strings.Contains(text, "permission denied") {
		t.Errorf("another user is answered: %d %s", code, text)
	}
}
