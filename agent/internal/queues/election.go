package queues

import (
	"context"
	"fmt"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// Most slots of one service. Its nodes need several only if they watch different queues; queues beyond are not reported.
const maxSlots = 50

// duty is which queues a node reports, and in which slot.
type duty struct {
	slot  int
	watch watch
	text  string
}

// outcome of a round: onDuty: this node reports; covered: other nodes report all that it watches; waitingTurn: another node is about to
// report; silent: the store does not answer; crowded: too many nodes watch different queues.
type outcome int

const (
	onDuty outcome = iota
	covered
	waitingTurn
	silentStore
	crowded
)

// election decides with the other nodes of the service which of them reports which queues. A node competes for slot 1 with all queues that
// it watches, for slot 2 with those that the holder of slot 1 does not report, and so on. It holds at most one slot.
type election struct {
	service, node string
	writer        Writer
	ttl           time.Duration
	// patience is how long a new holder may take for its first report before its queues count as unreported.
	patience time.Duration
	held     *duty
	// problem is why the store gave no answer last; nil if it gave none without an error.
	problem error
	// expected is whose first report became due, and when.
	expected      string
	expectedSince time.Time
}

func (e *election) run(ctx context.Context, watched watch) (outcome, *duty) {
	rest := watched
	for slot := 1; slot <= maxSlots; slot++ {
		if rest.isNothing() {
			return e.yield(ctx, covered)
		}
		result, next := e.compete(ctx, slot, rest)
		if next == nil {
			return result, e.dutyIf(result)
		}
		rest = *next
	}
	return e.yield(ctx, crowded)
}

func (e *election) dutyIf(result outcome) *duty {
	if result == onDuty {
		return e.held
	}
	return nil
}

// release lets another node take over at once.
func (e *election) release(ctx context.Context) {
	held := e.held
	e.held = nil
	if held != nil {
		// A lease that cannot be released runs out.
		_ = e.writer.ReleaseQueues(ctx, e.service, held.slot, held.text)
	}
}

// compete returns the queues to compete for in the next slot, or an outcome.
func (e *election) compete(ctx context.Context, slot int, rest watch) (outcome, *watch) {
	text := holderText(rest, e.node)
	if e.held != nil && e.held.slot == slot && e.held.text != text {
		e.release(ctx)
	}
	current, err := e.writer.AcquireQueues(ctx, e.service, slot, text, e.ttl)
	e.problem = err
	if current == "" || (err != nil && current != text) {
		return silentStore, nil
	}
	if current == text {
		e.hold(ctx, &duty{slot, rest, text})
		return onDuty, nil
	}
	other := parseHolder(current)
	if other.fingerprint == rest.id() {
		result, _ := e.yield(ctx, covered)
		return result, nil
	}
	reported, isDue := e.reportedBy(ctx, slot, other)
	if isDue {
		return e.stay(ctx, slot), nil
	}
	next := rest.without(other, reported)
	return covered, &next
}

func (e *election) hold(ctx context.Context, held *duty) {
	if e.held != nil && e.held.slot != held.slot {
		e.release(ctx)
	}
	e.held = held
}

func (e *election) yield(ctx context.Context, result outcome) (outcome, *duty) {
	e.release(ctx)
	return result, nil
}

// stay keeps the current slot while it is unknown which queues a lower slot leaves unreported.
func (e *election) stay(ctx context.Context, slot int) outcome {
	held := e.held
	if held == nil || held.slot <= slot {
		e.held = nil
		return waitingTurn
	}
	current, err := e.writer.AcquireQueues(ctx, e.service, held.slot, held.text, e.ttl)
	if current == held.text {
		return onDuty
	}
	e.held, e.problem = nil, err
	if err != nil || current == "" {
		return silentStore
	}
	return waitingTurn
}

// reportedBy tells that the holder's first report is still due, or what it reports.
func (e *election) reportedBy(ctx context.Context, slot int, other holder) (reported []protocol.QueueEntry, isDue bool) {
	// An unreadable report is none.
	written, _ := e.writer.ReadQueues(ctx, e.service, slot)
	if written != nil && string(written.Reporter) == other.node {
		return written.Queues, false
	}
	who := fmt.Sprint(slot, " ", other.node)
	if e.expected != who {
		e.expected, e.expectedSince = who, time.Now()
	}
	if time.Since(e.expectedSince) <= e.patience {
		return nil, true
	}
	if written == nil {
		return nil, false
	}
	return written.Queues, false
}
