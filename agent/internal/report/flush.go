package report

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/gravito-framework/quasar/clients/go/writer"
)

type batch struct {
	beats     []beat
	items     []item
	leaving   []Node
	snapshots []snapshot
}

// Flush writes what waits. It takes at most some seconds, and what was not written waits again.
func (r *Reporter) Flush(ctx context.Context) error {
	r.flushing.Lock()
	defer r.flushing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, flushLimit)
	defer cancel()
	work := r.take()
	if work.isEmpty() {
		return nil
	}
	begin := time.Now()
	err := r.write(ctx, work)
	r.writing.Store(0)
	r.note(begin, err)
	return err
}

func (b *batch) isEmpty() bool {
	return len(b.beats) == 0 && len(b.items) == 0 && len(b.leaving) == 0 && len(b.snapshots) == 0
}

func (r *Reporter) take() *batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writing.Store(int64(r.records.bytes))
	work := &batch{items: r.records.take()}
	for _, node := range r.order {
		work.beats = append(work.beats, r.beats[node])
	}
	for node := range r.leaving {
		work.leaving = append(work.leaving, node)
	}
	for _, one := range r.snapshots {
		work.snapshots = append(work.snapshots, one)
	}
	clear(r.beats)
	clear(r.leaving)
	clear(r.snapshots)
	r.order = r.order[:0]
	return work
}

// write goes on after a refusal by Redis, which may concern one key, and gives up when the connection fails.
func (r *Reporter) write(ctx context.Context, work *batch) (failed error) {
	byService := map[string][]item{}
	for _, one := range work.items {
		byService[one.service] = append(byService[one.service], one)
	}
	for _, one := range work.beats {
		service := one.heartbeat.Service
		report := writer.Report{Service: service, Node: one.heartbeat.ID, Heartbeat: one.heartbeat, At: one.at}
		err := r.writeReport(ctx, report, byService[service])
		delete(byService, service)
		failed = first(failed, err)
		if isFatal(err) {
			break
		}
	}
	for service, items := range byService {
		if isFatal(failed) {
			r.putBack(items)
			continue
		}
		failed = first(failed, r.writeReport(ctx, writer.Report{Service: service}, items))
	}
	if isFatal(failed) {
		r.leaveLater(work.leaving)
	} else {
		failed = first(failed, r.Remove(ctx, work.leaving))
	}
	if !isFatal(failed) {
		failed = first(failed, r.writeSnapshots(ctx, work.snapshots))
	}
	return failed
}

func (r *Reporter) writeReport(ctx context.Context, report writer.Report, items []item) error {
	for _, one := range items {
		report.Records = append(report.Records, one.record)
	}
	unwritten, err := r.writer.Write(ctx, report)
	waiting := make([]item, 0, len(unwritten))
	for _, record := range unwritten {
		waiting = append(waiting, item{report.Service, record})
	}
	r.putBack(waiting)
	return err
}

func (r *Reporter) putBack(items []item) {
	if len(items) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records.putBack(items)
}

func (r *Reporter) leaveLater(nodes []Node) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, node := range nodes {
		if _, isBack := r.beats[node]; !isBack {
			r.leaving[node] = true
		}
	}
}

func (r *Reporter) note(begin time.Time, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.FlushMs = float64(time.Since(begin).Microseconds()) / 1e3
	r.state.LastError = ""
	if err != nil {
		r.state.LastError = Plain(err)
		return
	}
	r.state.LastWrite = time.Now()
}

func first(a, b error) error {
	if a == nil || isFatal(b) && !isFatal(a) {
		return b
	}
	return a
}

var (
	urlPassword = regexp.MustCompile(`(://[^:@/\s]*):[^@\s]*@`)
	// A connection's own port differs each time.
	ownAddress = regexp.MustCompile(`\b(read|write) (tcp|unix) \S*->`)
)

// Plain is an error's text without the password of a URL, and the same for the same cause.
func Plain(err error) string {
	return ownAddress.ReplaceAllString(urlPassword.ReplaceAllString(fmt.Sprint(err), "$1:***@"), "$1 $2 ")
}
