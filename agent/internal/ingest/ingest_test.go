package ingest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// kept keeps what it is given.
type kept struct {
	mu         sync.Mutex
	heartbeats []*protocol.Heartbeat
	slow       []*protocol.SlowEntry
	exceptions []*protocol.Exception
	snapshots  []*protocol.QueueSnapshot
	left       []string
}

func (k *kept) Heartbeat(one *protocol.Heartbeat, _ time.Time) {
	k.heartbeats = append(k.heartbeats, one)
}
func (k *kept) Slow(one *protocol.SlowEntry, _ time.Time) { k.slow = append(k.slow, one) }
func (k *kept) Exception(one *protocol.Exception, _ time.Time) {
	k.exceptions = append(k.exceptions, one)
}
func (k *kept) Snapshot(one *protocol.QueueSnapshot, _ time.Time) {
	k.snapshots = append(k.snapshots, one)
}
func (k *kept) Leave(service, node string) { k.left = append(k.left, service+" "+node) }

func serve(t *testing.T, options Options) (*Server, *kept) {
	t.Helper()
	sink := &kept{}
	options.Sink = sink
	if options.Address == "" {
		options.Address = "127.0.0.1:0"
	}
	options.Status = func() any { return map[string]string{"version": "tested"} }
	server, err := Listen(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	return server, sink
}

func send(t *testing.T, server *Server, method, path, body string, headers ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, "http://"+server.Addr().String()+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for at := 0; at < len(headers); at += 2 {
		request.Header.Set(headers[at], headers[at+1])
	}
	return answerTo(t, http.DefaultClient, request)
}

func answerTo(t *testing.T, client *http.Client, request *http.Request) (int, string) {
	t.Helper()
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(text)
}

func now() int64 { return time.Now().UnixMilli() }

func TestRecordsArriveMasked(t *testing.T) {
	server, sink := serve(t, Options{})
	for path, body := range map[string]string{
		"/v1/heartbeats": fmt.Sprintf(`[{"v":2,"id":"a","service":"shop","timestamp":%d,"cpu":{"process":1.5},"meta":{"password":"hunter2-hunter2","n":1}},
			{"v":2,"id":"b","service":"shop","timestamp":%d,"language":"php"}]`, now(), now()),
		"/v1/slow": fmt.Sprintf(`{"v":"2","name":"GET /x","durationMs":1200.5,"service":"shop","ts":"%d","meta":{"method":"GET","url":"/x?q=hunter2-hunter2"}}`, now()),
		"/v1/exceptions": fmt.Sprintf(`{"v":2,"id":"1","name":"E","message":"password=hunter2-hunter2 %s","service":"shop","ts":%d}`,
			strings.Repeat("long ", 1000), now()),
		"/v1/queues": fmt.Sprintf(`{"v":2,"timestamp":%d,"service":"shop","reporter":"a","queues":[{"name":"mail","metrics":{"waiting":3}}]}`, now()),
	} {
		if status, text := send(t, server, "POST", path, body); status != http.StatusAccepted {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	if len(sink.heartbeats) != 2 || len(sink.slow) != 1 || len(sink.exceptions) != 1 || len(sink.snapshots) != 1 {
		t.Fatalf("got %+v", sink)
	}
	whole := fmt.Sprint(string(sink.heartbeats[0].Meta), sink.slow[0].Meta.URL, sink.exceptions[0].Message)
	if strings.Contains(whole, "hunter2") {
		t.Errorf("a secret came through: %s", whole)
	}
	if *sink.heartbeats[0].CPU.Process != 1.5 || sink.heartbeats[0].Language != "other" || sink.heartbeats[1].Language != "php" {
		t.Errorf("heartbeats: %+v", sink.heartbeats[0])
	}
	if sink.slow[0].DurationMs != 1200.5 || sink.slow[0].Meta.Method != "GET" || len(sink.exceptions[0].Message) > 1100 {
		t.Errorf("got %+v %+v", sink.slow[0], sink.exceptions[0])
	}
	if *sink.snapshots[0].Queues[0].Metrics.Waiting != 3 || sink.snapshots[0].Queues[0].Driver != "other" {
		t.Errorf("queues: %+v", sink.snapshots[0])
	}
}

func TestRefusalsNameTheField(t *testing.T) {
	server, sink := serve(t, Options{})
	valid := fmt.Sprintf(`"v":2,"id":"a","service":"shop","timestamp":%d`, now())
	deep := strings.Repeat(`{"a":`, 25) + "1" + strings.Repeat("}", 25)
	for _, one := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/v1/heartbeats", `{`, 400, "no valid JSON: at byte"},
		{"/v1/heartbeats", `1`, 400, "heartbeats must be an object"},
		{"/v1/heartbeats", `{"v":2}`, 400, "heartbeats.id is missing"},
		{"/v1/heartbeats", `[{` + valid + `},{"v":1}]`, 400, "heartbeats[1].id is missing"},
		{"/v1/heartbeats", `{"v":1,"id":"a","service":"s","timestamp":1}`, 400, "heartbeats.v must be 2"},
		{"/v1/heartbeats", `{"v":2,"id":"","service":"s","timestamp":1}`, 400, "heartbeats.id must not be empty"},
		{"/v1/heartbeats", `{"v":2,"id":"a","service":"s","timestamp":1}`, 400, "heartbeats.timestamp must be Unix ms"},
		{"/v1/heartbeats", `{` + valid + `,"cpu":{"system":"much"}}`, 400, "heartbeats.cpu.system must be a number or null"},
		{"/v1/heartbeats", `{` + valid + `,"cpu":{"system":-1}}`, 400, "heartbeats.cpu.system must be 0 or more"},
		{"/v1/heartbeats", `{` + valid + `,"language":"cobol"}`, 400, "heartbeats.language must be one of node, bun"},
		{"/v1/heartbeats", `{` + valid + `,"pid":1.5}`, 400, "heartbeats.pid must be a whole number"},
		{"/v1/heartbeats", `{` + valid + `,"cpu":{"load":[1]}}`, 400, "heartbeats.cpu.load must have at least 3 items"},
		{"/v1/heartbeats", `{` + valid + `,"meta":` + deep + `}`, 400, "heartbeats.meta must have at most 4096 bytes"},
		{"/v1/heartbeats", `{` + valid + `,"meta":{"a":"` + strings.Repeat("x", 5000) + `"}}`, 400, "heartbeats.meta must have at most 4096 bytes"},
		{"/v1/slow", `{"v":"2","name":"x","durationMs":"long","service":"s","ts":1}`, 400, "slow.durationMs must be a number of 0 or more"},
		{"/v1/slow", fmt.Sprintf(`{"v":2,"name":"x","durationMs":1,"service":"s","ts":%d,"meta":"x"}`, now()), 400, "slow.meta must be an object"},
		{"/v1/exceptions", `{"v":2,"id":"a","name":"E","service":"s","ts":1}`, 400, "exceptions.message is missing"},
		{"/v1/queues", fmt.Sprintf(`{"v":2,"timestamp":%d,"service":"s","queues":[]}`, now()), 400, "queues.reporter is missing"},
		{"/v1/queues", fmt.Sprintf(`{"v":2,"timestamp":%d,"service":"s","reporter":"r","queues":[{}]}`, now()), 400, "queues.queues[0].name is missing"},
		{"/v1/heartbeats", "[" + strings.Repeat(`{"v":2},`, 200) + "{}]", 400, "at most 200 records"},
		{"/v1/heartbeats", `"` + strings.Repeat("x", 2<<20) + `"`, 413, "at most 1048576 bytes"},
		{"/v1/nothing", `{}`, 404, "POST /v1/heartbeats"},
	} {
		status, text := send(t, server, "POST", one.path, one.body)
		if status != one.status || !strings.Contains(text, one.want) {
			t.Errorf("%.80s: got %d %s, want %s", one.body, status, text, one.want)
		}
	}
	if status, _ := send(t, server, "GET", "/v1/slow", ""); status != 405 {
		t.Errorf("GET: %d", status)
	}
	if status, text := send(t, server, "POST", "/v1/slow", "a=b", "Content-Type", "text/plain"); status != 415 || !strings.Contains(text, "application/json") {
		t.Errorf("a form: %d %s", status, text)
	}
	if len(sink.heartbeats)+len(sink.slow)+len(sink.exceptions)+len(sink.snapshots) != 0 {
		t.Errorf("a refused record was taken: %+v", sink)
	}
}

func TestATokenIsWanted(t *testing.T) {
	token, old := "the-first-token-of-all", "the-token-before-that"
	server, sink := serve(t, Options{Tokens: []string{token, old}})
	body := fmt.Sprintf(`{"v":2,"id":"a","service":"shop","timestamp":%d}`, now())
	for given, want := range map[string]int{"": 401, "Bearer wrong": 401, "Bearer " + token[1:]: 401, "Bearer " + token: 202, "Bearer " + old: 202} {
		if status, text := send(t, server, "POST", "/v1/heartbeats", body, "Authorization", given); status != want || strings.Contains(text, token) {
			t.Errorf("%s: %d %s", given, status, text)
		}
	}
	if status, _ := send(t, server, "GET", "/v1/status", ""); status != 401 {
		t.Errorf("status without a token: %d", status)
	}
	if status, _ := send(t, server, "GET", "/healthz", ""); status != 200 {
		t.Errorf("healthz: %d", status)
	}
	if len(sink.heartbeats) != 2 {
		t.Errorf("taken: %d", len(sink.heartbeats))
	}
}

func TestANodeSaysGoodbye(t *testing.T) {
	server, sink := serve(t, Options{})
	if status, text := send(t, server, "DELETE", "/v1/heartbeats/my%2Fshop/a%3A1", ""); status != 202 || sink.left[0] != "my/shop a:1" {
		t.Errorf("%d %s %v", status, text, sink.left)
	}
	if status, _ := send(t, server, "DELETE", "/v1/heartbeats/shop", ""); status != 400 {
		t.Errorf("a path without a node: %d", status)
	}
}

func TestAUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	stale, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	stale.Close()
	_, sink := serve(t, Options{Address: "unix:" + path})
	client := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", path) }}}
	body := fmt.Sprintf(`{"v":2,"id":"a","service":"shop","timestamp":%d}`, now())
	request, _ := http.NewRequest("POST", "http://agent/v1/heartbeats", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	if status, text := answerTo(t, client, request); status != 202 || len(sink.heartbeats) != 1 {
		t.Errorf("%d %s", status, text)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o660 {
		t.Errorf("mode %v", info.Mode())
	}
	if _, err := Listen(Options{Address: "unix:" + path}); err == nil || !strings.Contains(err.Error(), "another process listens") {
		t.Errorf("a second one: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	_ = os.WriteFile(file, nil, 0o600)
	if _, err := Listen(Options{Address: "unix:" + file}); err == nil || !strings.Contains(err.Error(), "is no socket") {
		t.Errorf("a file: %v", err)
	}
}

func TestSchemasAreTheRepositorys(t *testing.T) {
	entries, err := files.ReadDir("schemas")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		own, _ := files.ReadFile("schemas/" + entry.Name())
		original, err := os.ReadFile("../../../schemas/" + entry.Name())
		if err != nil || !bytes.Equal(own, original) {
			t.Errorf("%s differs from schemas/%s: copy it", entry.Name(), entry.Name())
		}
	}
}
