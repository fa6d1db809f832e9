package ingest

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

func TestABodyHasAtMostSoManyValues(t *testing.T) {
	server, _ := serve(t, Options{})
	body := `{"v":2,"queues":[` + strings.Repeat("[],", maxValues) + `[]]}`
	if status, text := send(t, server, "POST", "/v1/queues", body); status != 400 || !strings.Contains(text, "at most 300000 values") {
		t.Errorf("%d %s", status, text)
	}
	if count := countValues([]byte(`{"a,[":"\",{","b":[1,2]}`)); count < 5 || count > 9 {
		t.Errorf("texts count as values: %d", count)
	}
}

func TestBodiesOfAllRequestsAreBounded(t *testing.T) {
	all := newBodies()
	all.left.Store(100)
	exceptions := kinds[2]
	if _, err := all.read(strings.NewReader(strings.Repeat(" ", 101)), exceptions); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	broken := io.MultiReader(strings.NewReader("[1"), iotest.ErrReader(errors.New("gone")))
	if _, err := all.read(broken, exceptions); err == nil || !strings.Contains(err.Error(), "did not arrive") {
		t.Errorf("got %v", err)
	}
	if left := all.left.Load(); left != 100 {
		t.Errorf("%d bytes are left", left)
	}
}

// Senders that never end their bodies keep others from reporting for a while, but not from asking how the agent is.
func TestSlowSenders(t *testing.T) {
	server, _ := serve(t, Options{})
	for range maxRequests {
		connection, err := net.Dial("tcp", server.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		_, _ = connection.Write([]byte("POST /v1/slow HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"))
	}
	for {
		if status, _ := send(t, server, "POST", "/v1/slow", "{}"); status == http.StatusServiceUnavailable {
			break
		}
	}
	for _, path := range []string{"/healthz", "/v1/status"} {
		if status, _ := send(t, server, "GET", path, ""); status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	limited := bounded(listener, 1)
	defer limited.Close()
	accepted := make(chan net.Conn)
	go func() {
		for range 2 {
			if connection, err := limited.Accept(); err == nil {
				accepted <- connection
			}
		}
	}()
	for range 2 {
		if _, err := net.Dial("tcp", listener.Addr().String()); err != nil {
			t.Fatal(err)
		}
	}
	first := <-accepted
	select {
	case <-accepted:
		t.Error("two at a time")
	default:
	}
	// Closing twice frees one place.
	first.Close()
	first.Close()
	(<-accepted).Close()
}
