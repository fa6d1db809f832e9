package report

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

const (
	// maxNodes whose heartbeats wait; the oldest are dropped first.
	maxNodes = 1_000
	// flushLimit bounds one flush, whatever Redis does.
	flushLimit = 10 * time.Second
	// minuteStep is a little less than a minute, so that jitter doesn't make it two intervals more.
	minuteStep = 58 * time.Second
)

// Node names a node of a service.
type Node struct{ Service, ID string }

type beat struct {
	heartbeat *protocol.Heartbeat
	at        time.Time
}

// Reporter collects what is to be written, and writes it with Flush. Its methods are safe for concurrent use.
type Reporter struct {
	writer *writer.Writer
	// Wake is called when something of an app waits.
	wake func()

	mu      sync.Mutex
	beats   map[Node]beat
	order   []Node
	records queue
	minutes map[Node]*minute
	leaving map[Node]bool
	// snapshots of apps, by service and reporter.
	snapshots map[Node]snapshot
	lost      int64
	state     State

	flushing sync.Mutex
	// writing is the size of the records that a flush has taken and not written yet.
	writing atomic.Int64
}

type snapshot struct {
	record *protocol.QueueSnapshot
	at     time.Time
}

// State tells how reporting goes.
type State struct {
	// LastWrite is when Redis took the last report; zero: never.
	LastWrite time.Time
	// LastError is why the last report was not taken completely; empty if it was.
	LastError string
	FlushMs   float64
	Dropped   int64
	// BufferedBytes is about the size of what waits.
	BufferedBytes int
	Nodes         int
}

// New makes a reporter. wake may be nil.
func New(w *writer.Writer, wake func()) *Reporter {
	if wake == nil {
		wake = func() {}
	}
	return &Reporter{
		writer: w, wake: wake, beats: map[Node]beat{}, minutes: map[Node]*minute{}, leaving: map[Node]bool{},
		snapshots: map[Node]snapshot{},
	}
}

// Beat puts a heartbeat of the agent's own up for the next flush. A newer heartbeat of a node replaces one that waits.
func (r *Reporter) Beat(heartbeat *protocol.Heartbeat, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	node := Node{heartbeat.Service, heartbeat.ID}
	if _, waits := r.beats[node]; !waits {
		r.order = append(r.order, node)
	}
	r.beats[node] = beat{heartbeat, at}
	delete(r.leaving, node)
	if len(r.order) > maxNodes {
		delete(r.beats, r.order[0])
		r.order = r.order[1:]
		r.lost++
	}
	r.noteMinute(node, heartbeat, at)
}

func (r *Reporter) noteMinute(node Node, heartbeat *protocol.Heartbeat, at time.Time) {
	open := r.minutes[node]
	if open == nil {
		if len(r.minutes) >= maxNodes {
			r.forgetSilent(at)
		}
		if len(r.minutes) >= maxNodes {
			return
		}
		open = &minute{from: at}
		r.minutes[node] = open
	}
	open.note(heartbeat)
	if at.Sub(open.from) >= minuteStep {
		r.records.push(item{node.Service, open.record(at)})
		r.minutes[node] = &minute{from: at}
	}
}

// forgetSilent makes room: nodes come and go.
func (r *Reporter) forgetSilent(now time.Time) {
	for node, open := range r.minutes {
		if now.Sub(open.from) > 5*time.Minute {
			delete(r.minutes, node)
		}
	}
}

// Heartbeat takes that of an app.
func (r *Reporter) Heartbeat(heartbeat *protocol.Heartbeat, at time.Time) {
	r.Beat(heartbeat, at)
	r.wake()
}

// Slow takes a slow entry of an app.
func (r *Reporter) Slow(entry *protocol.SlowEntry, at time.Time) {
	r.add(entry.Service, writer.Slow(*entry, at))
}

// Exception takes an exception of an app.
func (r *Reporter) Exception(exception *protocol.Exception, at time.Time) {
	r.add(exception.Service, writer.Exception(*exception, at))
}

func (r *Reporter) add(service string, record *writer.Record) {
	r.mu.Lock()
	r.records.push(item{service, record})
	r.mu.Unlock()
	r.wake()
}

// Snapshot takes the queues of an app. A newer one of the same reporter replaces one that waits.
func (r *Reporter) Snapshot(record *protocol.QueueSnapshot, at time.Time) {
	r.mu.Lock()
	key := Node{record.Service, string(record.Reporter)}
	r.snapshots[key] = snapshot{record, at}
	r.trimSnapshots(key)
	r.mu.Unlock()
	r.wake()
}

// Leave removes a node with the next flush.
func (r *Reporter) Leave(service, node string) {
	r.mu.Lock()
	key := Node{service, node}
	delete(r.minutes, key)
	r.dropBeat(key)
	if len(r.leaving) < maxNodes {
		r.leaving[key] = true
	}
	r.mu.Unlock()
	r.wake()
}

func (r *Reporter) dropBeat(node Node) {
	if _, waits := r.beats[node]; !waits {
		return
	}
	delete(r.beats, node)
	for index, one := range r.order {
		if one == node {
			r.order = append(r.order[:index], r.order[index+1:]...)
			return
		}
	}
}

// State tells how reporting goes.
func (r *Reporter) State() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	state := r.state
	state.Dropped = r.records.dropped + r.lost
	state.BufferedBytes = r.records.bytes + int(r.writing.Load())
	state.Nodes = len(r.minutes)
	return state
}

// Adopt takes over what waits in another reporter, which must not be used any more.
func (r *Reporter) Adopt(old *Reporter) {
	old.mu.Lock()
	items, minutes, lost, dropped := old.records.take(), old.minutes, old.lost, old.records.dropped
	state := old.state
	old.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records.putBack(items)
	r.records.dropped += dropped
	r.minutes, r.lost, r.state = minutes, lost, state
}

// isFatal: the connection is of no use, so the other nodes need not wait for their own time-outs.
func isFatal(err error) bool {
	var reply redis.Error
	return err != nil && !errors.As(err, &reply)
}

// Remove takes nodes off the page at once.
func (r *Reporter) Remove(ctx context.Context, nodes []Node) error {
	var failed error
	for _, node := range nodes {
		if err := r.writer.Remove(ctx, node.Service, node.ID); err != nil {
			failed = err
			if isFatal(err) {
				break
			}
		}
	}
	return failed
}
