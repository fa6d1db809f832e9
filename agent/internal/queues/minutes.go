package queues

import (
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

const (
	// A queue whose last reading is older was not seen in this minute: a source may be read once a minute.
	seenWithin = 3 * protocol.HistoryStep / 2
	// Of a node that reads its queues less often, only this much was seen.
	maxSpan = 3 * protocol.HistoryStep / 2
)

// readEntry is a queue's entry, and when it was read.
type readEntry struct {
	entry  protocol.QueueEntry
	readAt time.Time
}

// minutes make a record of the queues that this node reports for each minute in which it reported them.
type minutes struct {
	node    string
	entries []readEntry
	start   time.Time
	end     time.Time
	last    time.Time
}

// minuteRecord is dated by the writer, by Redis' clock.
type minuteRecord struct {
	history protocol.QueueHistory
	span    time.Duration
	at      time.Time
}

// note returns a record when a minute is over.
func (m *minutes) note(entries []readEntry, now time.Time) *minuteRecord {
	if m.start.IsZero() {
		m.start, m.last = now, now
	}
	step := now.Sub(m.last)
	m.entries, m.last, m.end = entries, now, now
	// Rounds to the nearest reading.
	if now.Sub(m.start)+step/2 < protocol.HistoryStep {
		return nil
	}
	return m.record(now)
}

// take is the minute so far; nil without readings since the last record.
func (m *minutes) take() *minuteRecord {
	if m.start.IsZero() || !m.end.After(m.start) {
		return nil
	}
	return m.record(m.end)
}

// lapse: another node reports from now on. The next record starts with the next reading.
func (m *minutes) lapse() { *m = minutes{node: m.node} }

func (m *minutes) record(now time.Time) *minuteRecord {
	start := m.start
	if earliest := now.Add(-maxSpan); start.Before(earliest) {
		start = earliest
	}
	m.start = now
	var busy, idle []protocol.RecordedQueue
	for _, one := range m.entries {
		if now.Sub(one.readAt) > seenWithin || !isKnown(one.entry) {
			continue
		}
		if isBusy(one.entry) {
			busy = append(busy, one.entry.Recorded())
		} else {
			idle = append(idle, one.entry.Recorded())
		}
	}
	queues := append(busy, idle...)
	if len(queues) == 0 {
		return nil
	}
	queues = queues[:min(len(queues), protocol.MaxRecordedQueues)]
	return &minuteRecord{protocol.QueueHistory{Node: m.node, Queues: queues}, now.Sub(start), now}
}

func isKnown(entry protocol.QueueEntry) bool {
	figures := entry.Metrics
	return entry.Error == "" && (entry.Throughput != nil || figures != protocol.QueueMetrics{})
}

func isBusy(entry protocol.QueueEntry) bool {
	figures := []*float64{entry.Metrics.Waiting, entry.Metrics.Prioritized, entry.Metrics.Active, entry.Metrics.Delayed}
	if entry.Throughput != nil {
		figures = append(figures, entry.Throughput.In, entry.Throughput.Out)
	}
	for _, figure := range figures {
		if figure != nil && *figure > 0 {
			return true
		}
	}
	return false
}
