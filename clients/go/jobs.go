package quasar

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/redact"
)

// JobInfo describes an attempt at a job. Only Name is required.
type JobInfo struct {
	Queue, Name, ID string
	// Attempt is 1 for the first; 0 if unknown.
	Attempt int
	// Wait is how long the job waited before its first attempt; nil for later ones, and if unknown.
	Wait *time.Duration
	// WillRetry tells whether the queue tries again after this error. Default: never.
	WillRetry func(error) bool
	// Traceparent is that of what made the job.
	Traceparent string
}

// Job runs a job and returns its error. A panic is recorded and goes on.
func (q *Quasar) Job(ctx context.Context, queue, name string, run func(context.Context) error) error {
	return q.RunJob(ctx, JobInfo{Queue: queue, Name: name}, run)
}

// RunJob is Job with what the queue knows of the attempt.
func (q *Quasar) RunJob(ctx context.Context, job JobInfo, run func(context.Context) error) (err error) {
	if q == nil || !q.isEnabled || q.isStopped.Load() {
		return run(ctx)
	}
	start := time.Now()
	returned := false
	defer func() {
		if returned {
			var frames []runtime.Frame
			if err != nil {
				frames = callers(1)
			}
			q.guard(func() { q.endJob(ctx, job, start, err, frames) })
			return
		}
		value := recover()
		failure := value
		if value == nil {
			failure = errGoexit
		}
		frames := callers(1)
		q.guard(func() { q.endJob(ctx, job, start, failure, frames) })
		if value != nil {
			panic(value)
		}
	}()
	err = run(ctx)
	returned = true
	return err
}

var errGoexit = errors.New("the job ended its goroutine")

func (q *Quasar) endJob(ctx context.Context, job JobInfo, start time.Time, failure any, frames []runtime.Frame) {
	durationMs := since(start)
	err, _ := failure.(error)
	retried := err != nil && job.WillRetry != nil && guarded(q, "WillRetry", func() bool { return job.WillRetry(err) })
	thresholdMs := q.countJob(job, failure != nil, !retried, durationMs)
	traceID := firstOf(q.traceID(ctx), traceIDOf(job.Traceparent))
	if traceID == "" {
		if x := exchangeOf(ctx); x != nil {
			traceID = traceIDOf(x.header)
		}
	}
	if thresholdMs >= 0 && durationMs >= thresholdMs {
		q.records.addSlow(func() protocol.SlowEntry { return slowJob(job, failure != nil, durationMs, thresholdMs, traceID) }, time.Now())
	}
	if failure != nil {
		q.records.addException(failure, frames, origin{
			kind: "job", route: job.Name, queue: job.Queue, traceID: traceID, handled: retried,
		})
	}
}

func slowJob(job JobInfo, hasFailed bool, durationMs, thresholdMs float64, traceID string) protocol.SlowEntry {
	status := protocol.Text("completed")
	if hasFailed {
		status = "failed"
	}
	meta := protocol.SlowMeta{Queue: text(redact.Name(job.Queue)), JobID: text(redact.ID(job.ID)), WaitMs: waitMs(job)}
	if job.Attempt > 0 {
		meta.Attempt = protocol.Known(float64(job.Attempt))
	}
	return protocol.SlowEntry{
		Kind: "job", Name: job.Name, DurationMs: *protocol.Rounded(durationMs), ThresholdMs: protocol.Rounded(thresholdMs),
		Status: status, TraceID: text(redact.ID(traceID)), Meta: meta,
	}
}

func waitMs(job JobInfo) *float64 {
	if job.Wait == nil || *job.Wait < 0 {
		return nil
	}
	return protocol.Rounded(milliseconds(*job.Wait))
}
