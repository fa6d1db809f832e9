// Package report writes the agent's reports to Redis. Nothing here blocks whoever reports, and everything that waits is bounded.
package report

import "github.com/gravito-framework/quasar/clients/go/writer"

const (
	maxRecords = 2_000
	maxBytes   = 2 << 20
)

type item struct {
	service string
	record  *writer.Record
}

// queue has the records of all services that wait to be written. When it is full, the oldest are dropped and counted.
type queue struct {
	items   []item
	bytes   int
	dropped int64
}

func (q *queue) push(items ...item) {
	for _, one := range items {
		q.items = append(q.items, one)
		q.bytes += one.record.Size()
	}
	q.trim()
}

// putBack puts items that were not written before all newer ones.
func (q *queue) putBack(items []item) {
	newer := q.items
	q.items, q.bytes = nil, 0
	q.push(append(items, newer...)...)
}

func (q *queue) take() []item {
	items := q.items
	q.items, q.bytes = nil, 0
	return items
}

func (q *queue) trim() {
	over := 0
	for len(q.items)-over > maxRecords || q.bytes > maxBytes {
		q.bytes -= q.items[over].record.Size()
		q.items[over] = item{}
		over++
	}
	q.items = q.items[over:]
	q.dropped += int64(over)
}
