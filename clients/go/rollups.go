package quasar

import (
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

// rollups makes a record of each interval with requests or jobs, and one of each minute for the history.
type rollups struct {
	node, host   string
	routes, jobs *table
	minute       minute
	covered      time.Duration
}

func newRollups(node, host string) *rollups {
	sum := func(key seriesKey) *series { return &series{key: key.name, queue: key.group} }
	return &rollups{node: node, host: host, routes: newTable(sum), jobs: newTable(sum)}
}

// interval is what was counted up to a moment.
type interval struct {
	at           time.Time
	span         time.Duration
	routes, jobs []*series
	// isLast: no interval follows.
	isLast bool
}

func (r *rollups) take(i interval) []*writer.Record {
	absorb(r.routes, i.routes)
	absorb(r.jobs, i.jobs)
	r.covered += i.span
	var records []*writer.Record
	if len(i.routes)+len(i.jobs) > 0 {
		records = append(records, writer.Rollup(r.rollup(i.routes, i.jobs), i.span, i.at))
	}
	// Half an interval early is nearer to a minute than half an interval late.
	isFull := r.covered+i.span/2 >= protocol.HistoryStep
	if !isFull && !i.isLast {
		return records
	}
	routes, jobs := r.routes.filled(), r.jobs.filled()
	if isFull || len(routes)+len(jobs) > 0 {
		record := r.rollup(routes, jobs)
		record.Process, record.System = r.minute.process(), r.minute.system(r.host)
		records = append(records, writer.History(record, r.covered, i.at))
	}
	*r = *newRollups(r.node, r.host)
	return records
}

func (r *rollups) rollup(routes, jobs []*series) protocol.Rollup {
	record := protocol.Rollup{Node: r.node}
	for _, one := range routes {
		record.Routes = append(record.Routes, one.route())
	}
	for _, one := range jobs {
		record.Jobs = append(record.Jobs, one.job())
	}
	return record
}

func absorb(sums *table, all []*series) {
	for _, one := range all {
		sums.find(seriesKey{one.queue, one.key}).absorb(one)
	}
}
