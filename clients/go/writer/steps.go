package writer

import (
	"fmt"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// steps are the commands of a report. A record that has no text, such as by a figure that is not a number, is left out: the error tells.
func (w *Writer) steps(report Report) (steps []*step, err error) {
	if report.Heartbeat != nil {
		steps, err = w.heartbeatSteps(report)
	}
	var exceptions []*Record
	for _, record := range report.Records {
		if failure := record.date(&w.clock); failure != nil {
			err = fmt.Errorf("a record can't be encoded: %w", failure)
			continue
		}
		switch record.kind {
		case exception:
			exceptions = append(exceptions, record)
		case slow:
			steps = append(steps, w.slowStep(report.Service, record))
		default:
			steps = append(steps, w.spanSteps(report.Service, record)...)
		}
	}
	steps = append(steps, w.exceptionSteps(report.Service, exceptions)...)
	return append(steps, w.tidySteps(report.Service)...), err
}

func (w *Writer) heartbeatSteps(report Report) ([]*step, error) {
	heartbeat := *report.Heartbeat
	heartbeat.V = protocol.Version
	heartbeat.Timestamp, heartbeat.ClockAhead = w.clock.Stamp(report.At)
	encoded, err := heartbeat.Encode()
	if err != nil {
		return nil, fmt.Errorf("the heartbeat can't be encoded: %w", err)
	}
	interval := time.Duration(0)
	if heartbeat.Interval != nil {
		interval = time.Duration(*heartbeat.Interval) * time.Millisecond
	}
	key := w.keys.Node(report.Service, report.Node)
	member := protocol.NodeMember(report.Service, report.Node)
	life := protocol.HeartbeatLife(interval).Milliseconds()
	return []*step{
		{args: []any{"set", key, w.signer.JSON(key, encoded), "PX", life}},
		{
			args: []any{"zadd", w.keys.NodeIndex(), heartbeat.Timestamp, member},
			done: func(reply any, _ time.Time) { w.noteIndexed(report.Service, member, reply) },
		},
	}, nil
}

// noteIndexed notices a node that is new in the index again: it was lost with all else that is written seldom, such as by FLUSHALL.
func (w *Writer) noteIndexed(service, member string, reply any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if added, _ := reply.(int64); added == 1 && w.indexed[member] {
		delete(w.tidied, service)
	}
	if len(w.indexed) >= maxServices {
		clear(w.indexed)
	}
	w.indexed[member] = true
}

func (w *Writer) slowStep(service string, record *Record) *step {
	key := w.keys.Slow(service)
	args := []any{"xadd", key, "MAXLEN", "~", protocol.MaxSlowEntries, "*"}
	for _, field := range w.signer.Fields(key, record.fields) {
		args = append(args, field)
	}
	return &step{args: args, records: []*Record{record}}
}

// exceptionSteps score the exceptions by the time of writing, so a reader that continues from a score misses nothing that waited.
func (w *Writer) exceptionSteps(service string, records []*Record) []*step {
	if len(records) == 0 {
		return nil
	}
	key := w.keys.Errors(service)
	score, _ := w.clock.Stamp(time.Now())
	args := []any{"zadd", key, "NX"}
	for _, record := range records {
		args = append(args, score, w.signer.JSON(key, record.text))
	}
	steps := []*step{{args: args, records: records}}
	if oldest, ok := w.clock.Oldest(protocol.ExceptionLife); ok {
		steps = append(steps, &step{args: []any{"zremrangebyscore", key, "-inf", oldest}})
	}
	return append(steps,
		&step{args: []any{"zremrangebyrank", key, 0, -(protocol.MaxExceptions + 1)}},
		&step{args: []any{"pexpire", key, protocol.ExceptionLife.Milliseconds()}},
	)
}

// spanSteps write a rollup or a record of queues.
func (w *Writer) spanSteps(service string, record *Record) []*step {
	key, life := w.keys.Rollup(service), protocol.RollupLife
	switch record.kind {
	case history:
		key, life = w.keys.History(service), protocol.HistoryLife
	case queueHistory:
		key, life = w.keys.QueueHistory(service), protocol.HistoryLife
	}
	args := []any{"xadd", key}
	if oldest, ok := w.clock.Oldest(life); ok {
		args = append(args, "MINID", "~", oldest)
	}
	field, value := protocol.Pack(w.signer.JSON(key, record.text))
	add := &step{args: append(args, "*", field, value), records: []*Record{record}, done: w.noteID}
	if record.kind != queueHistory {
		return []*step{add}
	}
	return []*step{add, {args: []any{"pexpire", key, 2 * life.Milliseconds()}}}
}

// tidySteps are due once a minute.
func (w *Writer) tidySteps(service string) []*step {
	now := time.Now()
	w.mu.Lock()
	last, isKnown := w.tidied[service]
	isDue := !isKnown || now.Sub(last) >= tidyEvery
	w.mu.Unlock()
	var steps []*step
	if w.clock.IsDue() && !w.refuses() {
		steps = append(steps, w.timeStep())
	}
	if !isDue {
		return steps
	}
	if oldest, ok := w.clock.Oldest(protocol.NodeIndexLife); ok {
		// Members in the far future would never get old.
		future := oldest + 2*protocol.NodeIndexLife.Milliseconds()
		steps = append(steps,
			&step{args: []any{"zremrangebyscore", w.keys.NodeIndex(), "-inf", oldest}},
			&step{args: []any{"zremrangebyscore", w.keys.NodeIndex(), future, "+inf"}},
		)
	}
	ms, _ := w.clock.Stamp(now)
	steps = append(steps, &step{args: []any{"zadd", w.keys.ServiceIndex(), ms, protocol.EncodeSegment(service)}})
	if oldest, ok := w.clock.Oldest(protocol.ServiceIndexLife); ok {
		steps = append(steps, &step{args: []any{"zremrangebyscore", w.keys.ServiceIndex(), "-inf", oldest}})
	}
	return append(steps,
		&step{args: []any{"pexpire", w.keys.Rollup(service), 2 * protocol.RollupLife.Milliseconds()}},
		&step{
			args: []any{"pexpire", w.keys.History(service), 2 * protocol.HistoryLife.Milliseconds()},
			done: func(any, time.Time) { w.noteTidied(service, now) },
		},
	)
}

func (w *Writer) noteTidied(service string, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.tidied) >= maxServices {
		clear(w.tidied)
	}
	w.tidied[service] = at
}
