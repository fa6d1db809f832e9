package quasar

import (
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

var startedAt = time.Now()

var recorders atomic.Int64

// nodeID is unique in the fleet, and among those that one process starts one after the other.
func nodeID(hostname string) string {
	suffix := "-" + strconv.Itoa(os.Getpid()) + "-0-" + strconv.FormatInt(startedAt.UnixMilli(), 36)
	if number := recorders.Add(1); number > 1 {
		suffix += "-" + strconv.FormatInt(number, 10)
	}
	host := firstOf(hostname, "host")
	return host[:min(len(host), protocol.MaxNameChars-len(suffix))] + suffix
}

// host makes the heartbeats of this process.
type host struct {
	q     *Quasar
	base  protocol.Heartbeat
	ready asked[Readiness]
	meta  asked[any]
}

func newHost(q *Quasar) *host {
	s := q.settings
	pid, interval := int64(os.Getpid()), s.Interval.Milliseconds()
	h := &host{q: q, base: protocol.Heartbeat{
		V: protocol.Version, ID: s.node, Service: s.Service, Interval: &interval, Environment: text(s.Environment), Language: "go",
		Version: text(runtime.Version()), AppVersion: text(s.AppVersion), SDK: &protocol.SDK{Name: "quasar-go", Version: Version}, PID: &pid,
		Hostname: text(s.hostname), Platform: protocol.Text(runtime.GOOS), Arch: protocol.Text(runtime.GOARCH),
	}}
	h.ready = asked[Readiness]{name: "Ready", call: s.Ready}
	h.meta = asked[any]{name: "Meta", call: s.Meta}
	return h
}

func (h *host) heartbeat(f *figures) *protocol.Heartbeat {
	beat := h.base
	beat.CPU, beat.Memory, beat.Disk, beat.GC = f.cpu, f.memory, f.disks, f.gc
	beat.Runtime = protocol.Runtime{Uptime: protocol.Rounded(time.Since(startedAt).Seconds()), Framework: text(h.framework())}
	beat.Ready = h.readReady()
	if value, ok := h.meta.ask(h.q); ok {
		beat.Meta = h.object("Meta", value)
	}
	return &beat
}

func (h *host) framework() string {
	if h.q.settings.Framework == "" && h.q.hasRequests.Load() {
		return "net/http"
	}
	return protocol.Cut(h.q.settings.Framework, protocol.MaxNameChars)
}

func (h *host) readReady() *protocol.Ready {
	if h.ready.call == nil {
		return nil
	}
	readiness, ok := h.ready.ask(h.q)
	if !ok {
		return &protocol.Ready{Status: "error"}
	}
	status := "not ready"
	if readiness.Ready {
		status = "ready"
	}
	status = protocol.Cut(firstOf(readiness.Status, status), protocol.MaxNameChars)
	return &protocol.Ready{Status: status, Deps: h.object("Ready", readiness.Deps)}
}

func (h *host) object(name string, value any) protocol.Object {
	return guarded(h.q, name, func() protocol.Object {
		object, err := protocol.ObjectOf(value)
		if err != nil {
			h.q.once(name, "what the option "+name+" returned can't be reported: "+wordsOf(err))
		}
		return object
	})
}

// answerWithin is how long a report waits for a function of the app.
const answerWithin = time.Second

// asked calls a function of the app beside the report. One that panics or does not return costs its own figure, and is not called again
// before it has returned.
type asked[T any] struct {
	name    string
	call    func() T
	pending chan answer[T]
}

type answer[T any] struct {
	value T
	ok    bool
}

func (a *asked[T]) ask(q *Quasar) (value T, ok bool) {
	if a.call == nil {
		return value, false
	}
	if a.pending == nil {
		pending := make(chan answer[T], 1)
		a.pending = pending
		go func() {
			pending <- guarded(q, a.name, func() answer[T] { return answer[T]{a.call(), true} })
		}()
	}
	timer := time.NewTimer(answerWithin)
	defer timer.Stop()
	select {
	case got := <-a.pending:
		a.pending = nil
		return got.value, got.ok
	case <-timer.C:
		q.once(a.name+" late", "the option "+a.name+" has not returned for a second")
		return value, false
	}
}
