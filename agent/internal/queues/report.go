package queues

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/report"
	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

const (
	firstRound = time.Second
	// Answers within this time form one snapshot; later ones are added to it.
	answerGrace = time.Second
	jitter      = 0.1
	// A lease outlives the longest time between two rounds of its holder. Other nodes run rounds twice as often, so that one of them takes
	// over within two intervals.
	leaseIntervals    = 1.4
	minLeaseSlack     = 500 * time.Millisecond
	patienceIntervals = 3
	// Failures in a row before the outage is logged: a single failed round is not.
	failuresToSay = 2
	leaveTimeout  = 3 * time.Second
	// Minutes of history that wait while Redis is away; the oldest are dropped first.
	maxUnwritten = 60
)

// Options of a Reporter.
type Options struct {
	Service string
	// Node is the name of the reporter.
	Node     string
	Interval time.Duration
	Logger   *slog.Logger
}

// Status of a Reporter.
type Status struct {
	// Watched is the number of queues as far as their names are known; Reporting of those that this node reports.
	Watched   int
	Reporting int
	// Error is why the last read or write failed; empty if it succeeded.
	Error string
}

// Reporter reports the queues of its sources, unless another node of the service does.
type Reporter struct {
	options  Options
	writer   Writer
	pollers  []*poller
	election election
	minutes  minutes

	// mutex guards a write: the late answers of a slow source write as well.
	mutex     sync.Mutex
	duty      *duty
	reporting int
	failures  int
	failure   string
	isSaid    bool
	late      sync.WaitGroup

	recording sync.Mutex
	unwritten []*writer.Record

	saying sync.Mutex
	said   set
}

// NewReporter takes sources of New. A source that was given twice is read once.
func NewReporter(sources []Source, writer Writer, options Options) *Reporter {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Reporter{options: options, writer: writer, minutes: minutes{node: options.Node}, said: set{}}
	for _, one := range sources {
		if known, is := one.(*source); is {
			r.pollers = append(r.pollers, &poller{reader: known.reader, log: r.sourceLog(known.Name())})
		}
	}
	r.pollers = distinctPollers(r.pollers)
	r.election = election{
		service: options.Service, node: options.Node, writer: writer,
		ttl:      max(time.Duration(leaseIntervals*float64(options.Interval)), options.Interval+minLeaseSlack),
		patience: patienceIntervals * options.Interval,
	}
	return r
}

func (r *Reporter) sourceLog(name string) func(bool, string) {
	return func(began bool, message string) {
		if began {
			r.options.Logger.Warn("the queues of " + name + " can't be read: " + message + ". All else is reported as ever.")
		} else {
			r.options.Logger.Info("the queues of " + name + " are read again")
		}
	}
}

// Run reports until the context ends; then it records the minute so far and lets another node take over at once.
func (r *Reporter) Run(ctx context.Context) {
	if len(r.pollers) == 0 {
		return
	}
	pause := time.Duration(float64(min(r.options.Interval, firstRound)) * (0.5 + rand.Float64()/2))
	for {
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			r.leave()
			return
		case <-timer.C:
		}
		startedAt := time.Now()
		r.round(ctx)
		pause = max(0, r.every()-time.Since(startedAt))
	}
}

func (r *Reporter) every() time.Duration {
	every := float64(r.options.Interval)
	if r.currentDuty() == nil {
		every /= 2
	}
	return time.Duration(every * (1 - jitter + 2*jitter*rand.Float64()))
}

func (r *Reporter) currentDuty() *duty {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.duty
}

// round: a failure costs this round.
func (r *Reporter) round(ctx context.Context) {
	defer func() {
		if cause := recover(); cause != nil {
			r.once("panic", fmt.Sprintf("a round of the queues failed: %v", cause))
		}
	}()
	var all []facts
	for _, one := range r.pollers {
		all = append(all, one.reader.facts())
	}
	result, current := r.election.run(ctx, watchOf(all))
	if ctx.Err() != nil {
		return
	}
	r.noteOutcome(result)
	before := r.currentDuty()
	if current == nil {
		if before != nil {
			r.lapse(ctx)
		}
		return
	}
	r.mutex.Lock()
	r.duty = current
	r.mutex.Unlock()
	if before == nil || before.slot != current.slot {
		r.takeOver(ctx, current.slot)
	}
	r.report(ctx, current)
}

// takeOver: the previous holder may have seen queues that have no jobs now.
func (r *Reporter) takeOver(ctx context.Context, slot int) {
	last, err := r.writer.ReadQueues(ctx, r.options.Service, slot)
	if err != nil || last == nil {
		return
	}
	for _, one := range r.pollers {
		one.remember(last.Queues)
	}
}

func (r *Reporter) lapse(ctx context.Context) {
	r.endMinute(ctx)
	r.mutex.Lock()
	r.duty, r.reporting = nil, 0
	r.minutes.lapse()
	r.mutex.Unlock()
	for _, one := range r.pollers {
		one.lapse()
	}
}

func (r *Reporter) endMinute(ctx context.Context) {
	r.mutex.Lock()
	minute := r.minutes.take()
	r.mutex.Unlock()
	r.record(ctx, minute)
}

func (r *Reporter) record(ctx context.Context, minute *minuteRecord) {
	if minute == nil {
		return
	}
	r.recording.Lock()
	defer r.recording.Unlock()
	record := writer.Queues(minute.history, minute.span, minute.at)
	unwritten, err := r.writer.Write(ctx, writer.Report{Service: r.options.Service, Node: r.options.Node, Records: append(r.unwritten, record)})
	r.unwritten = unwritten[max(0, len(unwritten)-maxUnwritten):]
	if err != nil {
		r.once("history", "a minute of the queues' history waits for Redis: "+err.Error())
	}
}

// report: slow sources must not delay the others.
func (r *Reporter) report(ctx context.Context, current *duty) {
	var polls sync.WaitGroup
	for _, one := range planOf(current.watch, r.pollers) {
		polls.Add(1)
		go func() {
			defer polls.Done()
			one.poller.poll(ctx)
		}()
	}
	done := make(chan struct{})
	go func() {
		polls.Wait()
		close(done)
	}()
	timer := time.NewTimer(answerGrace)
	defer timer.Stop()
	select {
	case <-done:
		r.write(ctx)
	case <-timer.C:
		r.write(ctx)
		r.late.Add(1)
		go func() {
			defer r.late.Done()
			<-done
			r.write(ctx)
		}()
	}
}

func (r *Reporter) write(ctx context.Context) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	current := r.duty
	if current == nil || ctx.Err() != nil {
		return
	}
	var read []readEntry
	queues := []protocol.QueueEntry{}
	count := 0
	for _, one := range planOf(current.watch, r.pollers) {
		readAt := one.poller.seenAt()
		for _, entry := range one.entries() {
			read = append(read, readEntry{entry, readAt})
			queues = append(queues, entry)
		}
	}
	for _, one := range r.pollers {
		count += one.leftOut()
	}
	if count += len(queues); count > maxQueues {
		r.once("many", fmt.Sprintf("of %d queues that the agent watches %d are reported; more do not fit into a snapshot.", count, maxQueues))
	}
	minute := r.minutes.note(read, time.Now())
	queues = queues[:min(len(queues), maxQueues)]
	r.reporting = len(queues)
	interval := r.options.Interval.Milliseconds()
	snapshot := protocol.QueueSnapshot{Interval: &interval, Service: r.options.Service,
		Reporter: protocol.Text(r.options.Node), Queues: queues}
	err := r.writer.WriteQueues(ctx, withinText(snapshot), current.slot, time.Now())
	r.note(err)
	r.record(ctx, minute)
}

// leave is bounded: the agent is about to end.
func (r *Reporter) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	r.late.Wait()
	r.endMinute(ctx)
	r.election.release(ctx)
	r.mutex.Lock()
	r.duty = nil
	r.mutex.Unlock()
}

const (
	undecided = "the store does not say which node of the service reports them"
	tooMany   = "some queues are not reported: too many nodes of this service watch queues of their own. Let them watch the same ones."
)

func (r *Reporter) noteOutcome(result outcome) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch result {
	case silentStore:
		r.note(undecidedBy(r.election.problem))
	case waitingTurn, covered:
		r.note(nil)
	case crowded:
		r.once("slots", tooMany)
	}
}

func undecidedBy(problem error) error {
	if problem == nil {
		return errors.New(undecided)
	}
	return errors.New(undecided + ": " + report.Plain(problem))
}

// note logs one line when reports begin to fail, and one when they work again.
func (r *Reporter) note(err error) {
	if err == nil {
		if r.isSaid {
			r.options.Logger.Info("the queues are reported again")
		}
		r.failures, r.failure, r.isSaid = 0, "", false
		return
	}
	r.failures++
	r.failure = strings.TrimRight(report.Plain(err), ".")
	if r.failures >= failuresToSay && !r.isSaid {
		r.isSaid = true
		r.options.Logger.Warn("the queues can't be reported: " + r.failure + ". All else is reported as ever.")
	}
}

func (r *Reporter) once(topic, message string) {
	r.saying.Lock()
	defer r.saying.Unlock()
	if !r.said[topic] {
		r.said[topic] = true
		r.options.Logger.Warn(message)
	}
}

// Status is safe to call at any time.
func (r *Reporter) Status() Status {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	status := Status{Reporting: r.reporting, Error: r.failure}
	for _, one := range r.pollers {
		status.Watched += len(one.entries())
		one.mutex.Lock()
		if status.Error == "" && r.duty != nil {
			status.Error = one.failure
		}
		one.mutex.Unlock()
	}
	return status
}
