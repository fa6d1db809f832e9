package queues

import (
	"context"
	"strings"
	"unicode/utf16"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

// Bounds of the protocol.
const (
	maxQueues    = 5_000
	maxNameUnits = 200
	maxIDUnits   = 1_000
)

// States of jobs, in the order of the page.
const (
	waiting         = "waiting"
	prioritized     = "prioritized"
	active          = "active"
	delayed         = "delayed"
	waitingChildren = "waitingChildren"
	completed       = "completed"
	failed          = "failed"
)

var allStates = []string{waiting, prioritized, active, delayed, waitingChildren, completed, failed}

// Metrics are counts by state; a state that is missing is unknown.
type Metrics map[string]float64

// InOut are jobs that came and that ended; nil is unknown.
type InOut struct {
	In  *float64
	Out *float64
}

// Reading is a queue as its source reads it. Nil is unknown.
type Reading struct {
	Name   string
	Driver string
	// Place is empty for a queue at the place of its source.
	Place        string
	Metrics      Metrics
	States       []string
	Approximate  bool
	Paused       *bool
	OldestMs     *float64
	OverdueMs    *float64
	Workers      *float64
	Capabilities []string
	Error        string
	Meta         map[string]any
	// Totals only grow, unless they reset: throughput is the difference of two readings.
	Totals *InOut
}

// SourceReading is what one read of a source gave.
type SourceReading struct {
	// Server identifies the server, whatever address it is connected by; empty if unknown.
	Server string
	Queues []Reading
	// Left is the number of queues beyond the limit, which were not read.
	Left int
}

// facts are the properties of a source that are known before it is read.
type facts struct {
	driver string
	// place has no secrets, and equals that of the package's source of the same queues.
	place string
	// names of the queues to watch; nil: all that are found.
	names []string
	// states and capabilities of its queues, shown before the first reading.
	states       []string
	capabilities []string
	// pollEvery is the shortest time between two reads, ms; 0: no limit.
	pollEvery float64
}

// reader is what a driver implements.
type reader interface {
	facts() facts
	read(ctx context.Context) (SourceReading, error)
	// locates tells whether a queue at this place belongs to the source.
	locates(place, name string) bool
	close() error
}

// kind is what all queues of a source have in common.
type kind struct {
	driver       string
	states       []string
	capabilities []string
}

func (k kind) reading(name string) Reading {
	return Reading{Name: name, Driver: k.driver, States: k.states, Capabilities: k.capabilities, Metrics: Metrics{}}
}

func (k kind) broken(name, message string) Reading {
	reading := k.reading(name)
	reading.Error = message
	return reading
}

func known(number float64) *float64 { return &number }

func flag(value bool) *bool { return &value }

// ageOf is the time since then, ms; nil if unknown, 0 if the other machine's clock is ahead.
func ageOf(at *float64, now float64) *float64 {
	if at == nil {
		return nil
	}
	return known(max(0, now-*at))
}

func earlier(a, b *float64) *float64 {
	if a == nil || (b != nil && *b < *a) {
		return b
	}
	return a
}

// units is the length of a text as the protocol counts it.
func units(text string) int {
	length := 0
	for _, letter := range text {
		length += max(1, utf16.RuneLen(letter))
	}
	return length
}

// placeOf is the location of queues, without secrets: `127.0.0.1:6379/0 bull`.
func placeOf(address resp.Address, prefix string) string {
	return strings.TrimSpace(strings.TrimSuffix(address.Place()+" "+prefix, ":"))
}
