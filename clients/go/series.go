package quasar

import (
	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/redact"
)

// idleIntervals is how many empty intervals a series survives, so a rare route does not come and go.
const idleIntervals = 30

// series counts one route or job since the last report.
type series struct {
	// key is the masked name.
	key, queue  string
	thresholdMs float64

	count, errors, aborted, failed int64
	classes                        [5]int64
	durations, waits               protocol.Sketch
	idle                           int
}

func (s *series) route() protocol.RouteRollup {
	last := len(s.classes)
	for last > 0 && s.classes[last-1] == 0 {
		last--
	}
	return protocol.RouteRollup{
		Key: s.key, Count: s.count, Errors: s.errors, Aborted: s.aborted,
		Classes: append([]int64(nil), s.classes[:last]...), Sketch: s.durations.Encode(),
	}
}

func (s *series) job() protocol.JobRollup {
	return protocol.JobRollup{RouteRollup: s.route(), Queue: s.queue, Failed: s.failed, Wait: s.waits.Encode()}
}

func (s *series) absorb(other *series) {
	s.count += other.count
	s.errors += other.errors
	s.aborted += other.aborted
	s.failed += other.failed
	for i, count := range other.classes {
		s.classes[i] += count
	}
	s.durations.Merge(&other.durations)
	s.waits.Merge(&other.waits)
}

func (s *series) clear() {
	s.idle++
	if s.count > 0 {
		s.idle = 0
	}
	s.count, s.errors, s.aborted, s.failed = 0, 0, 0, 0
	s.classes = [5]int64{}
	s.durations.Clear()
	s.waits.Clear()
}

// countRequest counts a request that is over.
func (s *series) countRequest(status int, aborted bool, durationMs float64, isTimed bool) {
	s.count++
	if aborted {
		s.aborted++
	} else if status >= 500 {
		s.errors++
	}
	if class := status/100 - 1; class >= 0 && class < len(s.classes) {
		s.classes[class]++
	}
	if isTimed {
		s.durations.Record(durationMs)
	}
}

// countJob counts an attempt that is over. final: it failed for good.
func (s *series) countJob(hasFailed, final bool, durationMs float64, waitMs *float64) {
	s.count++
	if hasFailed {
		s.errors++
		if final {
			s.failed++
		}
	}
	s.durations.Record(durationMs)
	if waitMs != nil {
		s.waits.Record(*waitMs)
	}
}

// seriesKey is a name with its method or queue.
type seriesKey struct{ group, name string }

// table has series by name, at most protocol.MaxSeries: new names beyond count in the series (other). It is not safe for concurrent use.
type table struct {
	all   map[seriesKey]*series
	order []*series
	other *series
	make  func(seriesKey) *series
}

func newTable(make func(seriesKey) *series) *table {
	return &table{all: map[seriesKey]*series{}, make: make}
}

func (t *table) find(key seriesKey) *series {
	if found := t.all[key]; found != nil {
		return found
	}
	if len(t.all) >= protocol.MaxSeries {
		if t.other == nil {
			t.other = &series{key: protocol.Other}
		}
		return t.other
	}
	made := t.make(key)
	t.all[key] = made
	t.order = append(t.order, made)
	return made
}

// filled are those that counted something, in the order in which they came.
func (t *table) filled() []*series {
	var filled []*series
	for _, one := range t.order {
		if one.count > 0 {
			filled = append(filled, one)
		}
	}
	if t.other != nil && t.other.count > 0 {
		filled = append(filled, t.other)
	}
	return filled
}

// clear begins the next interval and drops the series that have long been idle.
func (t *table) clear() {
	for key, one := range t.all {
		one.clear()
		if one.idle > idleIntervals {
			delete(t.all, key)
		}
	}
	if t.other != nil {
		t.other.clear()
	}
	kept := t.order[:0]
	for _, one := range t.order {
		if one.idle <= idleIntervals {
			kept = append(kept, one)
		}
	}
	clear(t.order[len(kept):])
	t.order = kept
}

func routeSeries(s *settings) func(seriesKey) *series {
	return func(key seriesKey) *series {
		name := routeKey(key.group, key.name)
		return &series{key: redact.Name(name), thresholdMs: s.thresholdMs(name)}
	}
}

func jobSeries(s *settings) func(seriesKey) *series {
	return func(key seriesKey) *series {
		return &series{key: redact.Name(key.name), queue: redact.Name(key.group), thresholdMs: s.thresholdMs(key.name)}
	}
}

// routeKey is GET /users/{id}; the series of requests without a route has no method.
func routeKey(method, route string) string {
	if method == "" {
		return route
	}
	return method + " " + route
}
