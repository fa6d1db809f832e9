package quasar_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	quasar "github.com/gravito-framework/quasar/clients/go"
	"github.com/gravito-framework/quasar/clients/go/internal/testredis"
)

// app answers the same whatever happens to Redis.
func app(t *testing.T, q *quasar.Quasar) (ask func()) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ok", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "fine") })
	mux.HandleFunc("GET /fail", func(w http.ResponseWriter, r *http.Request) {
		quasar.SetError(r, errors.New("no stock"))
		w.WriteHeader(http.StatusInternalServerError)
	})
	server := serve(t, q.Middleware(mux))
	return func() {
		t.Helper()
		status, body := get(t, server.URL+"/ok")
		equal(t, "the answer", fmt.Sprint(status, body), "200fine")
		status, _ = get(t, server.URL+"/fail")
		equal(t, "the status", status, 500)
	}
}

func fails(t *testing.T, q *quasar.Quasar) {
	t.Helper()
	if err := q.Flush(background); err == nil {
		t.Error("the report was written")
	}
	if q.Status().Error == "" {
		t.Error("the status tells nothing")
	}
}

func TestRecoversWhenRedisComesBack(t *testing.T) {
	redis := testredis.Start(t)
	q, lines := start(t, quasar.Options{Redis: redis.URL(), Interval: time.Hour})
	ask := app(t, q)
	ask()
	flush(t, q)
	_ = redis.ShutdownNoSave(background).Err()
	redis.End()
	ask()
	fails(t, q)
	ask()
	fails(t, q)
	redis.Restart(t)
	testredis.Eventually(t, "a report is written", func() bool { return q.Flush(background) == nil })

	routes, _ := rollupOf(t, redis)
	equal(t, "requests of the outage", routes["GET /ok"].Count, 2)
	equal(t, "exceptions of the outage", len(exceptions(t, redis)), 2)
	equal(t, "dropped", q.Status().Dropped, 0)
	// The keys that are written once a minute are written again.
	flush(t, q)
	equal(t, "indexed", redis.ZCard(background, keys.ServiceIndex()).Val(), 1)
	if text := lines.String(); strings.Count(text, "can't be written") != 1 || strings.Count(text, "written again") != 1 {
		t.Error(text)
	}
}

func TestARedisThatHangsDelaysNothing(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			// It accepts and never answers.
			if _, err := listener.Accept(); err != nil {
				return
			}
		}
	}()
	q, _ := start(t, quasar.Options{Redis: "redis://" + listener.Addr().String(), Interval: time.Hour})
	ask := app(t, q)
	hung := make(chan error, 1)
	go func() { hung <- q.Flush(background) }()
	for range 50 {
		ask()
	}
	if err := <-hung; err == nil {
		t.Error("the report was written")
	}
}

func TestAFullRedisLosesRecordsAndNothingElse(t *testing.T) {
	redis := testredis.Start(t, "--maxmemory-policy", "noeviction")
	q, _ := start(t, quasar.Options{Redis: redis.URL(), Interval: time.Hour})
	ask := app(t, q)
	redis.ConfigSet(background, "maxmemory", "1")
	ask()
	fails(t, q)
	if text := q.Status().Error; !strings.Contains(text, "OOM") {
		t.Error(text)
	}
	redis.ConfigSet(background, "maxmemory", "0")
	flush(t, q)
	routes, _ := rollupOf(t, redis)
	equal(t, "requests", routes["GET /ok"].Count, 1)
	equal(t, "exceptions", len(exceptions(t, redis)), 1)
}

func TestAReplicaIsReadOnly(t *testing.T) {
	primary := testredis.Start(t)
	replica := testredis.Start(t, "--replicaof", "127.0.0.1 "+strconv.Itoa(primary.Port))
	q, _ := start(t, quasar.Options{Redis: replica.URL(), Interval: time.Hour})
	ask := app(t, q)
	ask()
	fails(t, q)
	replica.SlaveOf(background, "NO", "ONE")
	testredis.Eventually(t, "a report is written", func() bool { return q.Flush(background) == nil })
	routes, _ := rollupOf(t, replica)
	equal(t, "requests", routes["GET /ok"].Count, 1)
}

func TestAWrongPasswordIsToldAndNotShown(t *testing.T) {
	redis := testredis.Start(t, "--requirepass", "the-right-one")
	q, lines := start(t, quasar.Options{Redis: "redis://:the-wrong-one@" + redis.Addr(), Interval: time.Hour, Token: "a-token-of-the-test"})
	ask := app(t, q)
	ask()
	fails(t, q)
	told := lines.String() + q.Status().Error + fmt.Sprintf("%v %+v %#v", q, q, q)
	if !strings.Contains(told, "WRONGPASS") || strings.Contains(told, "the-wrong-one") || strings.Contains(told, "a-token") {
		t.Error(told)
	}
}

func TestADeniedTimeIsReplacedByIDs(t *testing.T) {
	redis := testredis.Start(t)
	redis.Do(background, "ACL", "SETUSER", "app", "on", ">word", "~gravito:quasar:*", "+@all", "-time")
	q, _ := start(t, quasar.Options{Redis: "redis://app:word@" + redis.Addr(), Interval: time.Hour})
	ask := app(t, q)
	ask()
	flush(t, q)
	equal(t, "before", heartbeat(t, redis, q).ClockAhead == nil, true)
	flush(t, q)
	equal(t, "after", *heartbeat(t, redis, q).ClockAhead, 0)
}

// An outage of any length takes bounded memory, and what is lost is counted.
func TestMemoryIsBounded(t *testing.T) {
	redis := testredis.Start(t)
	redis.End()
	q, _ := start(t, quasar.Options{Redis: redis.URL(), Interval: time.Hour})
	long := errors.New(strings.Repeat("no stock ", 1000))
	for range 20 {
		for range 250 {
			q.CaptureException(long)
		}
		fails(t, q)
	}
	// 50 of each interval are too many, and of the rest what is beyond 1 MiB.
	if dropped := q.Status().Dropped; dropped < 20*50+2000 {
		t.Errorf("%d dropped", dropped)
	}
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	if memory.HeapAlloc > 32<<20 {
		t.Errorf("%d bytes", memory.HeapAlloc)
	}
	redis.Restart(t)
	testredis.Eventually(t, "a report is written", func() bool { return q.Flush(background) == nil })
	beat := heartbeat(t, redis, q)
	equal(t, "the heartbeat tells", int64(*beat.Recorder.Dropped), q.Status().Dropped)
}

func TestFunctionsOfTheAppThatPanicCostTheirOwnFigure(t *testing.T) {
	redis := testredis.Start(t)
	q, lines := start(t, quasar.Options{
		Redis: redis.URL(), Interval: time.Hour, Slow: time.Nanosecond,
		Redact:    func(*quasar.Record) bool { panic("redact") },
		Meta:      func() any { panic("meta") },
		Ready:     func() quasar.Readiness { panic("ready") },
		RouteName: func(*http.Request) string { panic("route") },
	})
	ask := app(t, q)
	ask()
	flush(t, q)
	routes, _ := rollupOf(t, redis)
	equal(t, "requests", routes["GET /ok"].Count, 1)
	beat := heartbeat(t, redis, q)
	equal(t, "ready", beat.Ready.Status, "error")
	equal(t, "meta", len(beat.Meta), 0)
	equal(t, "records", len(exceptions(t, redis))+len(slowEntries(redis)), 0)
	equal(t, "dropped", q.Status().Dropped, 3)
	for _, name := range []string{"Meta", "Ready", "RouteName"} {
		if strings.Count(lines.String(), "the option "+name+" panicked") != 1 {
			t.Error(lines.String())
		}
	}
}

func TestAFunctionThatNeverReturnsDelaysNoReport(t *testing.T) {
	redis := testredis.Start(t)
	forever := make(chan struct{})
	defer close(forever)
	q, _ := start(t, quasar.Options{Redis: redis.URL(), Interval: time.Hour, Ready: func() quasar.Readiness {
		<-forever
		return quasar.Readiness{}
	}})
	flush(t, q)
	equal(t, "ready", heartbeat(t, redis, q).Ready.Status, "error")
}
