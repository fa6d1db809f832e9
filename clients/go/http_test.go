package quasar_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	quasar "github.com/gravito-framework/quasar/clients/go"
	"github.com/gravito-framework/quasar/clients/go/internal/testredis"
	"github.com/gravito-framework/quasar/clients/go/protocol"
)

func TestCountsRequestsByRouteAndStatus(t *testing.T) {
	redis := testredis.Start(t)
	q, _ := start(t, quasar.Options{Redis: redis.URL(), Ignore: []string{"/health*"}})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.PathValue("id")) })
	mux.HandleFunc("/teapot", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) })
	mux.HandleFunc("GET /fail", func(w http.ResponseWriter, r *http.Request) {
		quasar.SetError(r, errors.New("no stock: password=hunter2"))
		w.WriteHeader(http.StatusBadGateway)
	})
	mux.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	server := serve(t, q.Middleware(mux))

	for _, path := range []string{"/users/1", "/users/2", "/teapot", "/fail", "/health", "/nothing", "/nothing/2"} {
		get(t, server.URL+path)
	}
	flush(t, q)

	routes, _ := rollupOf(t, redis)
	equal(t, "routes", len(routes), 4)
	equal(t, "users", routes["GET /users/{id}"].Count, 2)
	equal(t, "teapot", fmt.Sprint(routes["GET /teapot"].Classes), "[0 0 0 1]")
	equal(t, "fail", fmt.Sprint(routes["GET /fail"].Classes, routes["GET /fail"].Errors), "[0 0 0 0 1] 1")
	equal(t, "unmatched", routes[protocol.Unmatched].Count, 2)
	all := exceptions(t, redis)
	equal(t, "exceptions", len(all), 1)
	equal(t, "route", all[0].Route, "GET /fail")
	equal(t, "message", all[0].Message, "no stock: password=***")
	equal(t, "handled", all[0].Handled, false)
	beat := heartbeat(t, redis, q)
	equal(t, "framework", beat.Runtime.Framework, "net/http")
	equal(t, "in flight", *beat.Requests.InFlight, 0)
}

func TestPanicsAreRecordedAndGoOn(t *testing.T) {
	redis := testredis.Start(t)
	q, _ := start(t, quasar.Options{Redis: redis.URL()})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic(fmt.Errorf("broken: %w", os.ErrDeadlineExceeded)) })
	mux.HandleFunc("GET /abort", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	seen := make(chan any, 2)
	server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			value := recover()
			seen <- value
			panic(value)
		}()
		q.Middleware(mux).ServeHTTP(w, r)
	}))

	if response, err := http.Get(server.URL + "/panic"); err == nil {
		response.Body.Close()
		t.Error("the panic was swallowed")
	}
	if value := <-seen; !errors.Is(value.(error), os.ErrDeadlineExceeded) {
		t.Error(value)
	}
	if response, err := http.Get(server.URL + "/abort"); err == nil {
		if _, err := io.ReadAll(response.Body); err == nil {
			t.Error("the answer was completed")
		}
		response.Body.Close()
	}
	equal(t, "aborted", <-seen, any(http.ErrAbortHandler))
	flush(t, q)

	routes, _ := rollupOf(t, redis)
	equal(t, "panic", routes["GET /panic"].Errors, 1)
	equal(t, "abort", routes["GET /abort"].Errors, 1)
	all := exceptions(t, redis)
	equal(t, "exceptions", len(all), 1)
	equal(t, "kind", all[0].Kind, "request")
	equal(t, "name", all[0].Name, "poll.DeadlineExceededError")
	if !strings.Contains(string(all[0].Stack), "TestPanicsAreRecordedAndGoOn") || strings.Contains(string(all[0].Stack), "runtime.gopanic") {
		t.Error(all[0].Stack)
	}
}

func TestAClientThatLeavesIsNoError(t *testing.T) {
	redis := testredis.Start(t)
	q, _ := start(t, quasar.Options{Redis: redis.URL()})
	arrived, ended := make(chan struct{}), make(chan struct{})
	server := serve(t, q.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		close(ended)
	})))
	ctx, leave := context.WithCancel(background)
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
	go func() { _, _ = http.DefaultClient.Do(request) }()
	<-arrived
	leave()
	<-ended
	testredis.Eventually(t, "the request is counted", func() bool {
		flush(t, q)
		routes, _ := rollupOf(t, redis)
		return routes[protocol.Unmatched].Aborted == 1
	})
	routes, _ := rollupOf(t, redis)
	equal(t, "class", fmt.Sprint(routes[protocol.Unmatched].Classes, routes[protocol.Unmatched].Errors), "[0 0 0 1] 0")
}

func TestStreamsAndUpgradesAreConnections(t *testing.T) {
	redis := testredis.Start(t)
	q, _ := start(t, quasar.Options{Redis: redis.URL(), Slow: time.Nanosecond})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: 1\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("GET /socket", func(w http.ResponseWriter, _ *http.Request) {
		conn, buffer, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		if _, ok := conn.(interface{ CloseWrite() error }); !ok {
			t.Error("the connection lost its methods")
		}
		fmt.Fprint(buffer, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		_ = buffer.Flush()
		_, _ = io.Copy(conn, buffer)
	})
	server := serve(t, q.Middleware(mux))

	ctx, leave := context.WithCancel(background)
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/events", nil)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	socket, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(socket, "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nping\n")
	reader := bufio.NewReader(socket)
	for line := ""; line != "ping\n"; {
		if line, err = reader.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	flush(t, q)
	beat := heartbeat(t, redis, q)
	equal(t, "open", *beat.Connections.Open, 2)
	equal(t, "opened", *beat.Connections.Opened, 2)
	equal(t, "in flight", *beat.Requests.InFlight, 0)

	leave()
	_ = socket.Close()
	testredis.Eventually(t, "all are closed", func() bool {
		flush(t, q)
		return *heartbeat(t, redis, q).Connections.Open == 0
	})
	routes, _ := rollupOf(t, redis)
	equal(t, "events", fmt.Sprint(routes["GET /events"].Count, routes["GET /events"].Aborted, routes["GET /events"].Sketch == ""), "1 0 true")
	equal(t, "routes", len(routes), 1)
	equal(t, "slow entries", len(slowEntries(redis)), 0)
}

func TestSlowRequestsHaveTheirTraceAndNoSecrets(t *testing.T) {
	redis := testredis.Start(t)
	q, _ := start(t, quasar.Options{Redis: redis.URL(), Slow: -1, SlowRules: []quasar.SlowRule{{Pattern: "GET /slow/*", Threshold: time.Nanosecond}}})
	mux := http.NewServeMux()
	parent := "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	mux.HandleFunc("GET /slow/{id}", func(w http.ResponseWriter, r *http.Request) {
		equal(t, "the header", r.Header.Get("Traceparent"), parent)
		q.CaptureExceptionContext(r.Context(), errors.New("caught"))
	})
	mux.HandleFunc("GET /fast", func(http.ResponseWriter, *http.Request) {})
	server := serve(t, q.Middleware(mux))
	request, _ := http.NewRequest(http.MethodGet, server.URL+"/slow/7?token=abc&page=2", nil)
	request.Header.Set("Traceparent", parent)
	request.Header.Set("X-Request-Id", "5f0c1e")
	request.Header.Set("Authorization", "Bearer abcdef123456")
	if _, err := http.DefaultClient.Do(request); err != nil {
		t.Fatal(err)
	}
	get(t, server.URL+"/fast")
	flush(t, q)

	all := slowEntries(redis)
	equal(t, "slow entries", len(all), 1)
	equal(t, "trace", all[0]["traceId"], any("4bf92f3577b34da6a3ce929d0e0e4736"))
	equal(t, "request", all[0]["requestId"], any("5f0c1e"))
	equal(t, "name", all[0]["name"], any("GET /slow/{id}"))
	meta := all[0]["meta"].(string)
	if !strings.Contains(meta, `"url":"/slow/7?token=&page="`) || strings.Contains(meta, "abcdef") {
		t.Error(meta)
	}
	caught := exceptions(t, redis)
	equal(t, "exceptions", len(caught), 1)
	equal(t, "trace", caught[0].TraceID, "4bf92f3577b34da6a3ce929d0e0e4736")
	equal(t, "handled", caught[0].Handled, true)
}

// What a handler finds is the same with and without Quasar.
func TestHandlersFindTheSame(t *testing.T) {
	redis := testredis.Start(t)
	q, _ := start(t, quasar.Options{Redis: redis.URL()})
	tell := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, isFlusher := w.(http.Flusher)
		_, isHijacker := w.(http.Hijacker)
		_, isReader := w.(io.ReaderFrom)
		_, isPusher := w.(http.Pusher)
		//nolint:staticcheck // It is deprecated, and still asked for.
		_, isNotifier := w.(http.CloseNotifier)
		deadline := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute))
		w.Header().Set("X-Test", "1")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.Copy(w, strings.NewReader(fmt.Sprint(isFlusher, isHijacker, isReader, isPusher, isNotifier, deadline)))
	})
	plain, with := serve(t, tell), serve(t, q.Middleware(tell))
	wantStatus, want := get(t, plain.URL)
	status, body := get(t, with.URL)
	equal(t, "status", status, wantStatus)
	equal(t, "body", body, want)
	equal(t, "interfaces", want, "true true true false true <nil>")

	bare := &bareWriter{header: http.Header{}}
	q.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, isFlusher := w.(http.Flusher)
		_, isReader := w.(io.ReaderFrom)
		fmt.Fprint(w, isFlusher, isReader)
	})).ServeHTTP(bare, mustRequest(t))
	equal(t, "of a bare writer", bare.body.String(), "false false")
}

type bareWriter struct {
	header http.Header
	body   bytes.Buffer
}

func (w *bareWriter) Header() http.Header            { return w.header }
func (w *bareWriter) WriteHeader(int)                {}
func (w *bareWriter) Write(data []byte) (int, error) { return w.body.Write(data) }
func mustRequest(t *testing.T) *http.Request {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// The server removes the files of a form of the request that it made.
func TestFilesOfFormsAreRemoved(t *testing.T) {
	redis := testredis.Start(t)
	q, _ := start(t, quasar.Options{Redis: redis.URL()})
	t.Setenv("TMPDIR", t.TempDir())
	server := serve(t, q.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1); err != nil {
			t.Error(err)
		}
		files, _ := os.ReadDir(os.TempDir())
		fmt.Fprint(w, slices.ContainsFunc(files, func(file os.DirEntry) bool { return strings.HasPrefix(file.Name(), "multipart-") }))
	})))
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, _ := form.CreateFormFile("file", "a.bin")
	_, _ = file.Write(make([]byte, 11<<20))
	_ = form.Close()
	response, err := http.Post(server.URL, form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(response.Body)
	equal(t, "a file was made", string(text), "true")
	testredis.Eventually(t, "the file is removed", func() bool {
		files, _ := os.ReadDir(os.TempDir())
		return len(files) == 0
	})
}
