package queues

import (
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

const (
	throughputWindow = time.Minute
	// Shortest time between two samples: short intervals need no more.
	throughputStep = time.Second
)

type sample struct {
	at    time.Time
	total float64
}

// throughput is the rate per minute of a counter that only grows, over about the last minute.
type throughput struct{ samples []sample }

// note takes nil for an unknown total, and one lower than before after a restart. It returns nil while the rate is unknown.
func (t *throughput) note(at time.Time, total *float64) *float64 {
	if total == nil || (len(t.samples) > 0 && *total < t.samples[len(t.samples)-1].total) {
		t.samples = nil
	}
	if total == nil {
		return nil
	}
	t.keep(sample{at, *total})
	first := t.samples[0]
	if !at.After(first.at) {
		return nil
	}
	return protocol.Rounded((*total - first.total) / float64(at.Sub(first.at)) * float64(time.Minute))
}

func (t *throughput) keep(one sample) {
	if count := len(t.samples); count >= 2 && one.at.Sub(t.samples[count-2].at) < throughputStep {
		t.samples = t.samples[:count-1]
	}
	t.samples = append(t.samples, one)
	// One sample older than the window stays, so that the window is covered.
	for len(t.samples) > 1 && !t.samples[1].at.After(one.at.Add(-throughputWindow)) {
		t.samples = t.samples[1:]
	}
}
