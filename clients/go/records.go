package quasar

import (
	"crypto/rand"
	"encoding/hex"
	random "math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/redact"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

// maxPerInterval bounds the slow entries and the exceptions of an interval, each.
const maxPerInterval = 200

// Record is a slow entry or an exception, as Options.Redact gets it: masked already. Texts may be emptied or replaced; new ones are masked,
// too. Everything else of the record stays as it is.
type Record struct {
	// Kind is request, job or custom, IsException false for a slow entry. Changes of them have no effect.
	Kind        string
	IsException bool
	// Name is the type of an exception, else the route or the job.
	Name, Message, Stack string
	// Route is that of an exception.
	Route, Queue, JobID, URL string
	Headers                  map[string]string
	RequestID, TraceID       string
}

// records makes records of what stands out. It is safe for concurrent use.
type records struct {
	settings         *settings
	buffer           *writer.Buffer
	fault            func(any)
	slow, exceptions atomic.Int64
}

// startInterval resets the limits.
func (r *records) startInterval() {
	r.slow.Store(0)
	r.exceptions.Store(0)
}

func (r *records) takes(count *atomic.Int64) bool {
	if r.settings.Sample < 1 && random.Float64() >= r.settings.Sample {
		return false
	}
	if count.Add(1) > maxPerInterval {
		r.buffer.Drop()
		return false
	}
	return true
}

func (r *records) addSlow(make func() protocol.SlowEntry, at time.Time) {
	if !r.takes(&r.slow) {
		return
	}
	entry := make()
	entry.Service, entry.Node, entry.Name = r.settings.Service, r.settings.node, redact.Name(entry.Name)
	if r.narrowSlow(&entry) {
		r.buffer.Push(writer.Slow(entry, at))
	}
}

// origin is where an exception comes from.
type origin struct {
	kind, route, queue, requestID, traceID string
	handled                                bool
}

func (r *records) addException(value any, frames []runtime.Frame, from origin) {
	if !r.takes(&r.exceptions) {
		return
	}
	at := time.Now()
	described := describe(value, frames)
	record := protocol.Exception{
		ID: newID(), Kind: from.kind, Name: described.name, Message: described.message, Stack: protocol.Text(described.stack),
		Fingerprint: described.fingerprint, Handled: from.handled, Service: r.settings.Service, Node: r.settings.node,
		Route: text(redact.Name(from.route)), Queue: text(redact.Name(from.queue)),
		RequestID: text(redact.ID(from.requestID)), TraceID: text(redact.ID(from.traceID)),
	}
	if r.narrowException(&record) {
		r.buffer.Push(writer.Exception(record, at))
	}
}

func (r *records) narrowSlow(entry *protocol.SlowEntry) bool {
	if r.settings.Redact == nil {
		return true
	}
	meta := &entry.Meta
	wanted := Record{
		Kind: entry.Kind, Name: entry.Name, Queue: string(meta.Queue), JobID: string(meta.JobID), URL: string(meta.URL),
		Headers: copyOf(meta.Headers), RequestID: string(entry.RequestID), TraceID: string(entry.TraceID),
	}
	if !r.redact(&wanted) {
		return false
	}
	entry.Name = firstOf(narrow(entry.Name, wanted.Name), protocol.Other)
	narrowText(&meta.Queue, wanted.Queue)
	narrowText(&meta.JobID, wanted.JobID)
	narrowText(&meta.URL, wanted.URL)
	narrowText(&entry.RequestID, wanted.RequestID)
	narrowText(&entry.TraceID, wanted.TraceID)
	for name, value := range meta.Headers {
		if meta.Headers[name] = narrow(value, wanted.Headers[name]); meta.Headers[name] == "" {
			delete(meta.Headers, name)
		}
	}
	return true
}

func (r *records) narrowException(record *protocol.Exception) bool {
	if r.settings.Redact == nil {
		return true
	}
	wanted := Record{
		Kind: record.Kind, IsException: true, Name: record.Name, Message: record.Message, Stack: string(record.Stack), Route: string(record.Route),
		Queue: string(record.Queue), RequestID: string(record.RequestID), TraceID: string(record.TraceID),
	}
	if !r.redact(&wanted) {
		return false
	}
	record.Name = firstOf(narrow(record.Name, wanted.Name), "error")
	record.Message = narrow(record.Message, wanted.Message)
	narrowText(&record.Stack, wanted.Stack)
	narrowText(&record.Route, wanted.Route)
	narrowText(&record.Queue, wanted.Queue)
	narrowText(&record.RequestID, wanted.RequestID)
	narrowText(&record.TraceID, wanted.TraceID)
	return true
}

// redact calls the app's function. A record on which it panics is dropped and counted.
func (r *records) redact(record *Record) (keep bool) {
	defer func() {
		if fault := recover(); fault != nil {
			r.buffer.Drop()
			r.fault(fault)
			keep = false
		}
	}()
	return r.settings.Redact(record)
}

// minNarrowed lets a short text be replaced by a word.
const minNarrowed = 40

// narrow takes a new text only masked, and not longer than the old one: Redact can't bring a secret back.
func narrow(old, wanted string) string {
	if old == wanted || old == "" {
		return old
	}
	return redact.Within(wanted, max(len(old), minNarrowed))
}

func narrowText(old *protocol.Text, wanted string) { *old = text(narrow(string(*old), wanted)) }

func copyOf(headers map[string]string) map[string]string {
	if headers == nil {
		return nil
	}
	copied := make(map[string]string, len(headers))
	for name, value := range headers {
		copied[name] = value
	}
	return copied
}

func text(value string) protocol.Text { return protocol.Text(value) }

func newID() string {
	id := make([]byte, 16)
	// It does not fail on the systems that Go supports.
	_, _ = rand.Read(id)
	return hex.EncodeToString(id)
}
