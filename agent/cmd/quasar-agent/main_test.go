package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/gravito-framework/quasar/agent/internal/redistest"
)

var built = sync.OnceValues(func() (string, error) {
	directory, err := os.MkdirTemp("", "quasar-agent")
	if err != nil {
		return "", err
	}
	path := filepath.Join(directory, "quasar-agent")
	command := exec.Command("go", "build", "-o", path, ".")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, output)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := built(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// log is safe to read while the process writes.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(data)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

type running struct {
	*exec.Cmd
	log   *log
	ended chan error
}

func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, args...)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "QUASAR_HOSTNAME=web-1"}
	return command
}

func agentOf(t *testing.T, args ...string) *running {
	t.Helper()
	agent := &running{command(t, args...), &log{}, make(chan error, 1)}
	agent.Stdout, agent.Stderr = agent.log, agent.log
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { agent.ended <- agent.Wait() }()
	t.Cleanup(func() { _ = agent.Process.Kill() })
	return agent
}

// output runs a command to its end.
func output(t *testing.T, args ...string) (string, int) {
	t.Helper()
	one := command(t, args...)
	text, _ := one.CombinedOutput()
	return string(text), one.ProcessState.ExitCode()
}

func file(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const hostKey = "gravito:quasar:node:host:web-1"

func TestTheHostIsOnThePageAndLeavesIt(t *testing.T) {
	server := redistest.Start(t)
	agent := agentOf(t, "--redis", server.URL())
	redistest.Eventually(t, "the host reports", func() bool { return server.Text(hostKey) != "" })
	redistest.Contains(t, server.Text(hostKey), `"hostname":"web-1"`, `"quasar-agent"`, `"load":[`, `"swap"`, `"kernel"`, `"recorder":{"collectMs"`)
	if server.ZScore(context.Background(), "gravito:quasar:index:nodes", "host:web-1").Val() == 0 {
		t.Error("the index lacks the host")
	}
	_ = agent.Process.Signal(syscall.SIGTERM)
	if err := <-agent.ended; err != nil {
		t.Errorf("SIGTERM: %v\n%s", err, agent.log)
	}
	if server.Text(hostKey) != "" || server.ZCard(context.Background(), "gravito:quasar:index:nodes").Val() != 0 {
		t.Error("the host has not left")
	}
}

func TestReloadKeepsOldSettingsIfNewOnesAreBad(t *testing.T) {
	server, directory := redistest.Start(t), t.TempDir()
	path, socket := filepath.Join(directory, "agent.yaml"), filepath.Join(directory, "s")
	good := "redis: " + server.URL() + "\nsocket: " + socket + "\n"
	agent := agentOf(t, "--config", file(t, path, good))
	redistest.Eventually(t, "the host reports", func() bool { return server.Text(hostKey) != "" })

	file(t, path, good+"proceses: []\n")
	_ = agent.Process.Signal(syscall.SIGHUP)
	redistest.Eventually(t, "the refusal is told", func() bool { return strings.Contains(agent.log.String(), "did you mean processes?") })
	text, code := output(t, "status", "--socket", socket)
	redistest.Contains(t, text, "a reload was refused", "host         web-1 as service host")
	if code != 0 {
		t.Errorf("status: %d", code)
	}

	taken := redistest.FreeAddress(t)
	file(t, path, good+"ingest: "+server.Address+"\n")
	_ = agent.Process.Signal(syscall.SIGHUP)
	redistest.Eventually(t, "an address in use is told", func() bool { return strings.Contains(agent.log.String(), "ingest can't listen on") })

	file(t, path, good+"service: machines\ningest: "+taken+"\nprocesses:\n  - {service: stores, name: redis-server, command: '"+
		strings.Split(server.Address, ":")[1]+"', sum: true}\n")
	_ = agent.Process.Signal(syscall.SIGHUP)
	redistest.Eventually(t, "the new settings are used", func() bool {
		return server.Text("gravito:quasar:node:machines:web-1") != "" && server.Text("gravito:quasar:node:stores:web-1") != ""
	})
	if server.Text(hostKey) != "" {
		t.Error("the old name has not left")
	}
	redistest.Contains(t, server.Text("gravito:quasar:node:stores:web-1"), `"processes":1`, `"rss":`, `"program":"redis-server"`)
	_ = agent.Process.Signal(syscall.SIGTERM)
	<-agent.ended
	if server.ZCard(context.Background(), "gravito:quasar:index:nodes").Val() != 0 {
		t.Error("nodes have not left")
	}
}

func TestIngestSignsAndStatusAnswers(t *testing.T) {
	server, address := redistest.Start(t), redistest.FreeAddress(t)
	token := file(t, filepath.Join(t.TempDir(), "token"), "a-token-of-the-tests\n")
	one := command(t, "--redis", server.URL(), "--ingest", address, "--host", "false")
	one.Env = append(one.Env, "QUASAR_TOKEN_FILE="+token)
	agent := &running{one, &log{}, make(chan error, 1)}
	agent.Stderr = agent.log
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { agent.ended <- agent.Wait() }()
	t.Cleanup(func() { _ = agent.Process.Kill() })
	redistest.Eventually(t, "the ingest answers", func() bool {
		response, err := http.Get("http://" + address + "/healthz")
		if err == nil {
			response.Body.Close()
		}
		return err == nil
	})
	body := fmt.Sprintf(`{"v":2,"id":"cron-1","service":"cron","timestamp":%d}`, server.Time(context.Background()).Val().UnixMilli())
	request, _ := http.NewRequest("POST", "http://"+address+"/v1/heartbeats", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer a-token-of-the-tests")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		t.Fatalf("%d %s", response.StatusCode, text)
	}
	redistest.Eventually(t, "the app reports", func() bool { return server.Text("gravito:quasar:node:cron:cron-1") != "" })
	redistest.Contains(t, server.Text("gravito:quasar:node:cron:cron-1"), `"sig":"`)
	if server.Text(hostKey) != "" {
		t.Error("the host reports despite --host false")
	}
	asked := command(t, "status", "--json", "--ingest", address)
	asked.Env = append(asked.Env, "QUASAR_TOKEN_FILE="+token)
	answer, err := asked.CombinedOutput()
	if err != nil {
		t.Errorf("%v %s", err, answer)
	}
	redistest.Contains(t, string(answer), `"nodes": 1`, `"dropped": 0`)
	_ = agent.Process.Signal(syscall.SIGTERM)
	<-agent.ended
	if strings.Contains(agent.log.String()+string(answer), "a-token-of") {
		t.Error("the token came out")
	}
	if server.Text("gravito:quasar:node:cron:cron-1") == "" {
		t.Error("the app's node is the app's to remove")
	}
}

func TestWithoutRedisItSaysSoAndGoesOn(t *testing.T) {
	address, socket := redistest.FreeAddress(t), filepath.Join(t.TempDir(), "s")
	agent := agentOf(t, "--redis", "redis://:secret-of-tests@"+address, "--socket", socket)
	redistest.Eventually(t, "the trouble is told", func() bool { return strings.Contains(agent.log.String(), "a report was not written") })
	text, code := output(t, "status", "--socket", socket)
	redistest.Contains(t, text, "NOT WRITING")
	if code != 1 {
		t.Errorf("status: %d", code)
	}
	_ = agent.Process.Signal(syscall.SIGTERM)
	if err := <-agent.ended; err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	if strings.Contains(text+agent.log.String(), "secret-of-tests") {
		t.Error("the password came out")
	}
}

func TestCommandsThatEnd(t *testing.T) {
	for _, one := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--version"}, 0, "quasar-agent 0.1.0"},
		{[]string{"--help"}, 0, "--redis"},
		{[]string{}, 1, "redis is missing"},
		{[]string{"--redis", "redis://:a-secret@x", "--check"}, 0, "redis: redis://:***@x  (--redis)"},
		{[]string{"--rediss", "x"}, 1, "did you mean --redis?"},
		{[]string{"--redis", "redis://x/no-number", "--check"}, 1, "the Redis URL is invalid"},
		{[]string{"--redis", "redis://x:99999", "--check"}, 1, "a port from 1 to 65535"},
		{[]string{"--redis", "redis://x", "--ingest", "127.0.0.1:99999", "--check"}, 1, "ingest takes an address with a port"},
		{[]string{"status", "--socket", "/not/there"}, 1, "Start it with --socket PATH or --ingest"},
	} {
		text, code := output(t, one.args...)
		if code != one.code || !strings.Contains(text, one.want) {
			t.Errorf("%v: %d %s", one.args, code, text)
		}
	}
	one := command(t, "--redis", "redis://x")
	one.Env = append(one.Env, "QUASAR_DISABLED=1")
	if text, err := one.CombinedOutput(); err != nil || !strings.Contains(string(text), "nothing is reported") {
		t.Errorf("disabled: %v %s", err, text)
	}
}
