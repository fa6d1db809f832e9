package quasar

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/redact"
)

// statusClosed is the status of a request whose client went away, after nginx.
const statusClosed = 499

// exchange is one request from its arrival to its end.
type exchange struct {
	q     *Quasar
	start time.Time
	// origin is the request as it came.
	origin                    *http.Request
	method, requestID, header string

	// status is 0 until the response begins.
	status                atomic.Int32
	written               atomic.Int64
	isStream, wasHijacked atomic.Bool

	mu     sync.Mutex
	route  string
	err    any
	frames []runtime.Frame
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

func newExchange(q *Quasar, r *http.Request) *exchange {
	return &exchange{
		q: q, start: time.Now(), origin: r, method: methodOf(r.Method),
		requestID: r.Header.Get("X-Request-Id"), header: r.Header.Get("Traceparent"),
	}
}

// methodOf bounds the names that a client can make.
func methodOf(method string) string {
	switch method {
	case "":
		return http.MethodGet
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodConnect,
		http.MethodOptions, http.MethodTrace, "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "QUERY":
		return method
	}
	return "OTHER"
}

// commit notes that the response begins.
func (x *exchange) commit(status int, header http.Header) {
	if x.status.Load() != 0 || !x.status.CompareAndSwap(0, int32(status)) {
		return
	}
	if isStream(header) && x.isStream.CompareAndSwap(false, true) {
		x.q.inFlight.remove(x)
		x.q.connections.open()
	}
}

func (x *exchange) hijacked() {
	x.wasHijacked.Store(true)
	x.q.inFlight.remove(x)
	x.q.connections.open()
}

// end counts the request. panicked is what the handler panicked with; nil if it returned.
func (x *exchange) end(r *http.Request, header http.Header, panicked any, frames []runtime.Frame) {
	durationMs := since(x.start)
	x.q.inFlight.remove(x)
	isBroken := panicked != nil
	if isBroken && panicked != http.ErrAbortHandler {
		x.setError(panicked, frames)
	}
	if x.wasHijacked.Load() {
		x.recordException(r, x.routeOf(r), isBroken)
		return
	}
	stream := x.isStream.Load()
	if stream {
		x.q.connections.close()
	}
	status := int(x.status.Load())
	if status == 0 {
		status = http.StatusOK
	}
	isGone := !stream && errors.Is(x.origin.Context().Err(), context.Canceled)
	aborted := isGone && !x.isComplete(header) && (!isBroken || panicked == http.ErrAbortHandler)
	switch {
	case aborted:
		status = statusClosed
	case isBroken:
		status = max(status, http.StatusInternalServerError)
	}
	x.record(r, status, aborted, durationMs, !stream)
}

// isComplete tells that all was written: a client may leave once it has everything.
func (x *exchange) isComplete(header http.Header) bool {
	length, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
	return err == nil && x.written.Load() >= length && x.status.Load() != 0
}

func (x *exchange) record(r *http.Request, status int, aborted bool, durationMs float64, isTimed bool) {
	route := x.routeOf(r)
	method := x.method
	if route == protocol.Unmatched {
		method = ""
	}
	thresholdMs := x.q.countRequest(seriesKey{method, route}, status, aborted, durationMs, isTimed)
	if isTimed && thresholdMs >= 0 && durationMs >= thresholdMs {
		x.recordSlow(r, route, status, aborted, durationMs, thresholdMs)
	}
	x.recordException(r, route, status >= 500 && !aborted)
}

func (x *exchange) recordSlow(r *http.Request, route string, status int, aborted bool, durationMs, thresholdMs float64) {
	x.q.records.addSlow(func() protocol.SlowEntry {
		return protocol.SlowEntry{
			Kind: "request", Name: x.method + " " + route, DurationMs: *protocol.Rounded(durationMs), ThresholdMs: protocol.Rounded(thresholdMs),
			Status: text(strconv.Itoa(status)), RequestID: text(redact.ID(x.requestID)), TraceID: text(redact.ID(x.traceID(r.Context()))),
			Meta: protocol.SlowMeta{
				Method: text(x.method), URL: text(redact.URL(x.url())), Headers: pickHeaders(x.origin.Header), Aborted: aborted,
				InFlight: protocol.Known(float64(x.q.inFlight.count())),
			},
		}
	}, time.Now())
}

func (x *exchange) recordException(r *http.Request, route string, isError bool) {
	x.mu.Lock()
	err, frames := x.err, x.frames
	x.mu.Unlock()
	if !isError || err == nil {
		return
	}
	x.q.records.addException(err, frames, origin{
		kind: "request", route: x.method + " " + route, requestID: x.requestID, traceID: x.traceID(r.Context()),
	})
}

func (x *exchange) setError(err any, frames []runtime.Frame) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.err, x.frames = err, frames
}

// routeOf names the route after the handler ran.
func (x *exchange) routeOf(r *http.Request) string {
	x.mu.Lock()
	route := x.route
	x.mu.Unlock()
	if name := x.q.settings.RouteName; name != nil && route == "" {
		route = guarded(x.q, "RouteName", func() string { return name(r) })
	}
	if route == "" {
		route = r.Pattern
	}
	// A pattern of http.ServeMux may begin with a method.
	if method, rest, ok := strings.Cut(route, " "); ok && method == strings.ToUpper(method) && !strings.Contains(method, "/") {
		route = strings.TrimLeft(rest, " \t")
	}
	return protocol.Cut(firstOf(route, protocol.Unmatched), protocol.MaxNameChars)
}

func (x *exchange) traceID(ctx context.Context) string {
	return firstOf(x.q.traceID(ctx), traceIDOf(x.header))
}

func (x *exchange) url() string {
	if x.origin.RequestURI != "" {
		return x.origin.RequestURI
	}
	return x.origin.URL.RequestURI()
}

// pickHeaders has the few that are harmless.
func pickHeaders(header http.Header) map[string]string {
	picked := map[string]string{}
	for _, name := range []string{"accept", "content-length", "content-type", "user-agent"} {
		if value := header.Get(name); value != "" {
			picked[name] = redact.Within(value, protocol.MaxNameChars)
		}
	}
	if len(picked) == 0 {
		return nil
	}
	return picked
}
