package quasar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

// firstReport comes early, so a new node is seen at once, and late enough for figures over a span.
const firstReport = time.Second

// reporter writes a report every interval, one at a time, from a goroutine of its own.
type reporter struct {
	q       *Quasar
	probe   *probe
	rollups *rollups
	host    *host
	from    time.Time

	flushes  chan chan error
	stopping chan struct{}
	stopped  chan struct{}
	stopOnce sync.Once
	// running ends reports that still run when Stop has waited long enough.
	running context.Context
	cancel  context.CancelFunc

	collectMs, flushMs *float64
	outage             outage
}

func newReporter(q *Quasar) *reporter {
	running, cancel := context.WithCancel(context.Background())
	return &reporter{
		q: q, probe: newProbe(q.settings.Disks), rollups: newRollups(q.settings.node, q.settings.hostname), host: newHost(q), from: time.Now(),
		flushes: make(chan chan error), stopping: make(chan struct{}), stopped: make(chan struct{}), running: running, cancel: cancel,
	}
}

func (r *reporter) run() {
	defer close(r.stopped)
	interval := r.q.settings.Interval
	timer := time.NewTimer(jittered(min(interval, firstReport), 0.5, 1))
	defer timer.Stop()
	for {
		var done chan error
		select {
		case <-r.stopping:
			r.leave()
			return
		case done = <-r.flushes:
		case <-timer.C:
		}
		startedAt := time.Now()
		err := r.report()
		if done != nil {
			done <- err
			continue
		}
		timer.Reset(max(0, jittered(interval, 0.9, 1.1)-time.Since(startedAt)))
	}
}

func jittered(interval time.Duration, from, to float64) time.Duration {
	return time.Duration(float64(interval) * (from + (to-from)*rand.Float64()))
}

func (r *reporter) flush(ctx context.Context) error {
	// Room for the answer, which nobody may wait for any more.
	done := make(chan error, 1)
	select {
	case r.flushes <- done:
	case <-r.stopped:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *reporter) stop(ctx context.Context) error {
	r.stopOnce.Do(func() { close(r.stopping) })
	defer r.cancel()
	select {
	case <-r.stopped:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// report collects and writes the figures of the interval.
func (r *reporter) report() (err error) {
	r.q.guard(func() {
		startedAt := time.Now()
		heartbeat, at := r.collect(false)
		r.collectMs = protocol.Rounded(since(startedAt))
		err = r.write(writer.Report{Heartbeat: heartbeat, At: at})
	})
	return err
}

// leave writes what is left and removes the node.
func (r *reporter) leave() {
	r.q.guard(func() {
		r.collect(true)
		if r.q.buffer.Len() > 0 {
			_ = r.write(writer.Report{})
		}
		_ = r.q.writer.Remove(r.running, r.q.settings.Service, r.q.settings.node)
		_ = r.q.writer.Close()
	})
}

// collect moves the figures of the interval into the buffer and returns the heartbeat.
func (r *reporter) collect(isLast bool) (*protocol.Heartbeat, time.Time) {
	figures := r.probe.look()
	at := time.Now()
	span := at.Sub(r.from)
	r.from = at
	r.rollups.minute.add(figures)
	r.q.records.startInterval()

	r.q.mu.Lock()
	routes, jobs := r.q.routes.filled(), r.q.jobs.filled()
	records := r.rollups.take(interval{at: at, span: span, routes: routes, jobs: jobs, isLast: isLast})
	requests := totalsOf(routes, span)
	r.q.routes.clear()
	r.q.jobs.clear()
	r.q.mu.Unlock()

	for _, record := range records {
		r.q.buffer.Push(record)
	}
	if isLast {
		return nil, at
	}
	heartbeat := r.host.heartbeat(figures)
	heartbeat.Connections = r.q.connections.take()
	if r.q.hasRequests.Load() {
		requests.InFlight, requests.OldestMs = protocol.Known(float64(r.q.inFlight.count())), r.q.inFlight.oldestMs()
		heartbeat.Requests = requests
	}
	heartbeat.Recorder = &protocol.Recorder{
		CollectMs: r.collectMs, FlushMs: r.flushMs, Dropped: protocol.Known(float64(r.q.buffer.Dropped())),
		BufferedBytes: protocol.Known(float64(r.q.buffer.Bytes())),
	}
	return heartbeat, at
}

func totalsOf(routes []*series, span time.Duration) *protocol.Requests {
	var count, errors int64
	durations := &protocol.Sketch{}
	for _, one := range routes {
		count += one.count
		errors += one.errors
		durations.Merge(&one.durations)
	}
	requests := &protocol.Requests{Rate: protocol.Rounded(float64(count) / span.Seconds())}
	if count > 0 {
		requests.ErrorRate = protocol.Percent(float64(errors) / float64(count))
	}
	requests.P50, requests.P95, requests.P99 = rounded(durations.Quantile(0.5)), rounded(durations.Quantile(0.95)), rounded(durations.Quantile(0.99))
	return requests
}

func rounded(value *float64) *float64 {
	if value == nil {
		return nil
	}
	return protocol.Rounded(*value)
}

func (r *reporter) write(report writer.Report) error {
	startedAt := time.Now()
	report.Service, report.Node = r.q.settings.Service, r.q.settings.node
	report.Records = r.q.buffer.Take()
	unwritten, err := r.q.writer.Write(r.running, report)
	r.q.buffer.PutBack(unwritten)
	r.flushMs = protocol.Rounded(since(startedAt))
	words := ""
	if err != nil {
		words = wordsOf(err)
	}
	r.noteStatus(words)
	r.outage.note(r.q, words)
	if err != nil {
		return errors.New("quasar: " + words)
	}
	return nil
}

func (r *reporter) noteStatus(words string) {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	r.q.status.Reports++
	r.q.status.Error = words
	if words == "" {
		r.q.status.LastReport = time.Now()
	}
}

// outage writes one line when reports begin to fail, and one when they work again.
type outage struct {
	began   time.Time
	dropped int64
}

func (o *outage) note(q *Quasar, words string) {
	switch {
	case words != "" && o.began.IsZero():
		o.began, o.dropped = time.Now(), q.buffer.Dropped()
		q.log(slog.LevelWarn, "reports can't be written: "+words+". The program is unaffected; records wait in memory.")
	case words == "" && !o.began.IsZero():
		lost := q.buffer.Dropped() - o.dropped
		q.log(slog.LevelInfo, fmt.Sprintf("reports are written again after %.0f s; %d records were lost.", time.Since(o.began).Seconds(), lost))
		o.began = time.Time{}
	}
}
