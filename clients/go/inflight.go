package quasar

import (
	"sync"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// inFlight has the requests that are being answered.
type inFlight struct {
	mu  sync.Mutex
	all map[*exchange]struct{}
}

func (f *inFlight) add(x *exchange) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all == nil {
		f.all = map[*exchange]struct{}{}
	}
	f.all[x] = struct{}{}
}

func (f *inFlight) remove(x *exchange) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, x)
}

func (f *inFlight) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.all)
}

// oldestMs is the age of the oldest; nil without any.
func (f *inFlight) oldestMs() *float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	var oldest time.Time
	for x := range f.all {
		if oldest.IsZero() || x.start.Before(oldest) {
			oldest = x.start
		}
	}
	if oldest.IsZero() {
		return nil
	}
	return protocol.Rounded(since(oldest))
}

// connections counts what lasts as long as its client listens.
type connections struct {
	mu              sync.Mutex
	current, opened int64
	hadAny          bool
}

func (c *connections) open() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current++
	c.opened++
	c.hadAny = true
}

func (c *connections) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current--
}

// take begins the next interval; nil when there never was any.
func (c *connections) take() *protocol.Connections {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.hadAny {
		return nil
	}
	taken := &protocol.Connections{Open: protocol.Known(float64(c.current)), Opened: protocol.Known(float64(c.opened))}
	c.opened = 0
	return taken
}
