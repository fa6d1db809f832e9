package resp

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

func read(text string) (any, error) { return readReply(bufio.NewReader(strings.NewReader(text))) }

func TestValuesThatAreTooLargeAreSkipped(t *testing.T) {
	large := strings.Repeat("x", maxValueBytes+1)
	value, err := read(fmt.Sprintf("*2\r\n$%d\r\n%s\r\n$2\r\nok\r\n", len(large), large))
	if err != nil {
		t.Fatal(err)
	}
	list := List(value)
	if _, is := ErrorText(list[0]); !is || TextOf(list[1]) != "ok" {
		t.Errorf("%.60v", list)
	}
}

func TestMalformedRepliesAreErrors(t *testing.T) {
	for _, text := range []string{"", "x\r\n", "$5\r\nab\r\n", "*1\r\n", "$x\r\n", "+ok\n", strings.Repeat("*1\r\n", 20) + ":1\r\n"} {
		if value, err := read(text); err == nil {
			t.Errorf("%.20q was read as %v", text, value)
		}
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"redis://jobs":                          "jobs:6379/0",
		"redis://u:p%40ss@127.0.0.1:6380/3":     "127.0.0.1:6380/3",
		"rediss://[0:0:0:0:0:0:0:1]:6379?db=2":  "::1:6379/2",
		"jobs:6379":                             "jobs:6379/0",
		"/run/redis.sock":                       "/run/redis.sock/0",
		"unix://u:p@/run/redis.sock?db=1":       "/run/redis.sock/1",
		"redis+unix:///run/redis.sock":          "/run/redis.sock/0",
		"redis://JOBS.internal:06379/0?x=1":     "JOBS.internal:6379/0",
		"redis://jobs/?username=u&password=p@1": "jobs:6379/0",
	} {
		address, err := ParseAddress(text)
		if err != nil || address.Place() != want {
			t.Errorf("%s: %s (%v), not %s", text, address.Place(), err, want)
		}
	}
	for _, text := range []string{"", " redis://h", `"redis://h"`, "h", "http://u:hunter2@h", "redis://u:hun#ter2@h", "redis://h:99999",
		"redis://h/x", "redis://h/1?db=2", "redis://", "unix://run/redis.sock"} {
		if _, err := ParseAddress(text); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAServerThatEndsAnAnswerIsReachedAgain(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		for count := 0; ; count++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if count == 0 {
				_ = conn.Close()
				continue
			}
			go func() {
				_, _ = io.WriteString(conn, "-NOPERM no setname\r\n+PONG\r\n")
				_, _ = io.Copy(io.Discard, conn)
			}()
		}
	}()
	address, _ := ParseAddress(listener.Addr().String())
	client := New(address)
	defer func() { _ = client.Close() }()
	if reply := client.Send(context.Background(), []string{"ping"})[0]; reply.Err == nil || reply.Err.Code != "ECONNRESET" {
		t.Errorf("%v", reply.Err)
	}
	if reply := client.Send(context.Background(), []string{"ping"})[0]; TextOf(reply.Value) != "PONG" {
		t.Errorf("%v", reply.Err)
	}
}
