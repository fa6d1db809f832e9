// Package quasar reports a Go program to Zenith: its process, its requests and jobs, its slow requests and its exceptions.
//
//	q, err := quasar.Start(quasar.Options{Service: "billing"})
//	…
//	defer q.Stop(context.Background())
//	http.ListenAndServe(":8080", q.Middleware(mux))
//
// After Start nothing here fails, panics or waits for Redis: whatever happens to reports, the program goes on as without them.
package quasar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/redact"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

// Version of this library.
const Version = "0.1.0"

// Quasar reports one program. All methods are safe for concurrent use, and for a nil Quasar, which reports nothing.
type Quasar struct {
	settings  *settings
	isEnabled bool
	isStopped atomic.Bool

	writer      *writer.Writer
	buffer      *writer.Buffer
	records     *records
	inFlight    inFlight
	connections connections
	hasRequests atomic.Bool

	mu           sync.Mutex
	routes, jobs *table
	said         map[string]bool
	status       Status

	reporter *reporter
}

// Status tells how reporting goes.
type Status struct {
	// Enabled is false without a Redis, and if reporting is switched off.
	Enabled       bool
	Service, Node string
	// Reports counts the attempts. LastReport is when Redis took the last whole one; zero before the first.
	Reports    int64
	LastReport time.Time
	// Error is why the last report failed; empty if it did not.
	Error string
	// Dropped counts the records lost since the start.
	Dropped int64
}

// Start begins to report. An error names the option and what it takes; nothing fails after that. A Redis that can't be reached is no error.
func Start(options Options) (*Quasar, error) {
	if isDisabled(options) {
		return &Quasar{settings: &settings{Options: options}}, nil
	}
	s, err := resolve(options)
	if err != nil {
		return nil, err
	}
	q := &Quasar{settings: s, said: map[string]bool{}, buffer: &writer.Buffer{}}
	q.status = Status{Service: s.Service, Node: s.node}
	if s.Redis == "" && s.Client == nil {
		q.log(slog.LevelInfo, "nothing is reported: neither the option Redis nor QUASAR_REDIS_URL or REDIS_URL names a Redis")
		return q, nil
	}
	if q.writer, err = writer.New(writer.Options{URL: s.Redis, Client: s.Client, Prefix: s.Prefix, Token: s.Token}); err != nil {
		return nil, fmt.Errorf("quasar: the option Redis (or QUASAR_REDIS_URL, REDIS_URL): %w", err)
	}
	q.isEnabled, q.status.Enabled = true, true
	q.records = &records{settings: s, buffer: q.buffer, fault: q.fault}
	q.routes, q.jobs = newTable(routeSeries(s)), newTable(jobSeries(s))
	q.reporter = newReporter(q)
	go q.reporter.run()
	return q, nil
}

// CaptureException records an error that the program caught itself. Nil does nothing.
func (q *Quasar) CaptureException(err error) {
	q.capture(context.Background(), err, 2)
}

// CaptureExceptionContext is CaptureException with the request, or the trace, of a context.
func (q *Quasar) CaptureExceptionContext(ctx context.Context, err error) {
	q.capture(ctx, err, 2)
}

func (q *Quasar) capture(ctx context.Context, err error, skip int) {
	if q == nil || !q.isEnabled || q.isStopped.Load() || err == nil {
		return
	}
	frames := callers(skip)
	q.guard(func() {
		from := origin{kind: "custom", handled: true, traceID: q.traceID(ctx)}
		if x := exchangeOf(ctx); x != nil {
			from.route, from.requestID = x.method+" "+x.routeOf(x.origin), x.requestID
			from.traceID = firstOf(from.traceID, traceIDOf(x.header))
		}
		q.records.addException(err, frames, from)
	})
}

// Flush writes a report now. It returns why it could not be written, or the context's error; both can be ignored.
func (q *Quasar) Flush(ctx context.Context) error {
	if q == nil || !q.isEnabled {
		return nil
	}
	return q.reporter.flush(ctx)
}

// Stop writes what is left and takes the node off the page. It waits until the context ends, and at most some seconds. Call it at the end of
// the program: a node that just ends appears lost.
func (q *Quasar) Stop(ctx context.Context) error {
	if q == nil || !q.isEnabled {
		return nil
	}
	q.isStopped.Store(true)
	return q.reporter.stop(ctx)
}

// Status tells how reporting goes.
func (q *Quasar) Status() Status {
	if q == nil {
		return Status{}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	status := q.status
	if q.buffer != nil {
		status.Dropped = q.buffer.Dropped()
	}
	return status
}

// String hides all options, among which are secrets.
func (q *Quasar) String() string {
	status := q.Status()
	return "quasar(" + status.Service + " " + status.Node + ")"
}

// GoString hides all options, among which are secrets.
func (q *Quasar) GoString() string { return q.String() }

// String hides the secrets among the options.
func (o Options) String() string { return "quasar.Options(" + o.Service + ")" }

// GoString hides the secrets among the options.
func (o Options) GoString() string { return o.String() }

func (q *Quasar) countRequest(key seriesKey, status int, aborted bool, durationMs float64, isTimed bool) (thresholdMs float64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	found := q.routes.find(key)
	found.countRequest(status, aborted, durationMs, isTimed)
	if found == q.routes.other {
		return q.settings.thresholdMs(routeKey(key.group, key.name))
	}
	return found.thresholdMs
}

func (q *Quasar) countJob(job JobInfo, hasFailed, final bool, durationMs float64) (thresholdMs float64) {
	key := seriesKey{protocol.Cut(job.Queue, protocol.MaxNameChars), protocol.Cut(firstOf(job.Name, "job"), protocol.MaxNameChars)}
	q.mu.Lock()
	defer q.mu.Unlock()
	found := q.jobs.find(key)
	found.countJob(hasFailed, final, durationMs, waitMs(job))
	if found == q.jobs.other {
		return q.settings.thresholdMs(key.name)
	}
	return found.thresholdMs
}

func (q *Quasar) traceID(ctx context.Context) string {
	name := q.settings.TraceID
	if name == nil {
		return ""
	}
	return guarded(q, "TraceID", func() string { return name(ctx) })
}

// guard runs own work in the app's goroutine: a fault of it must not reach the app.
func (q *Quasar) guard(work func()) {
	defer func() {
		if fault := recover(); fault != nil {
			q.fault(fault)
		}
	}()
	work()
}

// guarded calls a function of the app.
func guarded[T any](q *Quasar, name string, call func() T) (result T) {
	defer func() {
		if fault := recover(); fault != nil {
			q.once(name, "the option "+name+" panicked: "+wordsOf(fault))
		}
	}()
	return call()
}

func (q *Quasar) fault(fault any) { q.once("fault", "a record was lost: "+wordsOf(fault)) }

func wordsOf(value any) string {
	return redact.Within(safely("unknown", func() string { return messageOf(value) }), protocol.MaxNameChars)
}

// once writes a line the first time.
func (q *Quasar) once(key, line string) {
	q.mu.Lock()
	isKnown := q.said[key]
	q.said[key] = true
	q.mu.Unlock()
	if !isKnown {
		q.log(slog.LevelWarn, line)
	}
}

func (q *Quasar) log(level slog.Level, line string) {
	// A logger of the app may panic, too.
	defer func() { _ = recover() }()
	logger := q.settings.Logger
	if logger == nil {
		logger = slog.Default()
	}
	logger.Log(context.Background(), level, "quasar: "+line)
}

var errStopped = errors.New("quasar: reporting has stopped")
