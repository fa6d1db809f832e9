package writer

import (
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

type kind int

const (
	slow kind = iota
	exception
	rollup
	history
	queueHistory
)

// Record is one record that waits to be written. It is dated when it is written first: by its age, so neither a clock that is set nor a
// Redis that is away makes its time wrong.
type Record struct {
	kind kind
	// at is its end, with the reading of the monotonic clock.
	at   time.Time
	span time.Duration
	size int

	entry     *protocol.SlowEntry
	exception *protocol.Exception
	rollup    *protocol.Rollup
	queues    *protocol.QueueHistory

	// fields and text are those of the first write.
	fields []string
	text   string
}

// Slow makes a record of a slow entry that ended at a moment of time.Now(). V, TS and ClockAhead are set by the writer.
func Slow(entry protocol.SlowEntry, at time.Time) *Record {
	entry.V = protocol.Version
	return &Record{kind: slow, at: at, entry: &entry, size: 500 + len(entry.Name) + len(entry.Meta.URL)}
}

// Exception makes a record of an exception. V, TS and ClockAhead are set by the writer.
func Exception(record protocol.Exception, at time.Time) *Record {
	record.V = protocol.Version
	return &Record{kind: exception, at: at, exception: &record, size: 400 + len(record.Message) + len(record.Stack)}
}

// Rollup makes a record of an interval that ended at a moment. V, From, To and ClockAhead are set by the writer.
func Rollup(record protocol.Rollup, span time.Duration, at time.Time) *Record {
	return rollupOf(rollup, record, span, at)
}

// History makes a record of about a minute for the history, which keeps it for an hour.
func History(record protocol.Rollup, span time.Duration, at time.Time) *Record {
	return rollupOf(history, record, span, at)
}

func rollupOf(kind kind, record protocol.Rollup, span time.Duration, at time.Time) *Record {
	record.V = protocol.Version
	size := 200
	for _, series := range record.Routes {
		size += 60 + len(series.Key) + len(series.Sketch)
	}
	for _, series := range record.Jobs {
		size += 60 + len(series.Key) + len(series.Sketch) + len(series.Wait)
	}
	return &Record{kind: kind, at: at, span: span, rollup: &record, size: size}
}

// Queues makes a record of the queues over about a minute. V, From, To and ClockAhead are set by the writer.
func Queues(record protocol.QueueHistory, span time.Duration, at time.Time) *Record {
	record.V = protocol.Version
	size := 100
	for _, queue := range record.Queues {
		size += 200 + len(queue.Name)
	}
	return &Record{kind: queueHistory, at: at, span: span, queues: &record, size: size}
}

// Size is about how many bytes it takes.
func (r *Record) Size() int { return r.size }

// date encodes the record, once.
func (r *Record) date(clock *protocol.Clock) (err error) {
	if r.text != "" || r.fields != nil {
		return nil
	}
	to, ahead := clock.Stamp(r.at)
	from := max(0, to-r.span.Milliseconds())
	switch r.kind {
	case slow:
		r.entry.TS, r.entry.ClockAhead = to, ahead
		r.fields, err = r.entry.Fields()
	case exception:
		r.exception.TS, r.exception.ClockAhead = to, ahead
		r.text, err = r.exception.Encode()
	case queueHistory:
		r.queues.From, r.queues.To, r.queues.ClockAhead = from, to, ahead
		r.text, err = r.queues.Encode()
	default:
		r.rollup.From, r.rollup.To, r.rollup.ClockAhead = from, to, ahead
		r.text, err = r.rollup.Encode()
	}
	return err
}
