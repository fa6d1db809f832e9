package queues

import (
	"context"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// How long a source may take before it counts as not answering.
const answerTimeout = 5 * time.Second

// poller reads one source, one read at a time, and stores its last readings: queues that it found once stay.
type poller struct {
	reader reader
	log    func(began bool, message string)

	mutex sync.Mutex
	// known by queueKey: queues of several apps may share a name.
	known   map[string]*knownQueue
	askedAt time.Time
	readAt  time.Time
	left    int
	isAsked bool
	failure string
	failing bool
}

type knownQueue struct {
	entry   protocol.QueueEntry
	in, out throughput
}

// poll reads the source, unless a read is in progress or was started too recently. It returns when the source has answered, or has not in
// time.
func (p *poller) poll(ctx context.Context) {
	if !p.begin() {
		return
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		p.ask(ctx)
	}()
	timer := time.NewTimer(answerTimeout)
	defer timer.Stop()
	select {
	case <-answered:
	case <-ctx.Done():
	case <-timer.C:
		p.fail("did not answer within 5 s")
	}
}

func (p *poller) begin() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	every := time.Duration(p.reader.facts().pollEvery) * time.Millisecond
	if p.isAsked || (!p.askedAt.IsZero() && time.Since(p.askedAt) < every) {
		return false
	}
	p.askedAt, p.isAsked = time.Now(), true
	return true
}

// ask: a driver that panics costs its own source.
func (p *poller) ask(ctx context.Context) {
	defer func() {
		if recover() != nil {
			p.fail("the agent failed to read it")
		}
		p.mutex.Lock()
		p.isAsked = false
		p.mutex.Unlock()
	}()
	read, err := p.reader.read(ctx)
	if ctx.Err() == nil {
		p.note(read, err)
	}
}

func (p *poller) note(read SourceReading, err error) {
	if err != nil {
		p.fail(protocol.Cut(err.Error(), protocol.MaxMessageChars))
		return
	}
	p.mutex.Lock()
	p.take(read)
	wasFailing := p.failing
	p.failure, p.failing = "", false
	p.mutex.Unlock()
	if wasFailing && p.log != nil {
		p.log(false, "")
	}
}

func (p *poller) fail(message string) {
	p.mutex.Lock()
	isNew := !p.failing
	p.failure, p.failing = message, true
	p.mutex.Unlock()
	if isNew && p.log != nil {
		p.log(true, message)
	}
}

func (p *poller) take(read SourceReading) {
	at, now := p.reader.facts(), time.Now()
	p.left, p.readAt = read.Left, now
	if p.known == nil {
		p.known = map[string]*knownQueue{}
	}
	seen := set{}
	for _, reading := range read.Queues {
		place := reading.Place
		if place == "" {
			place = at.place
		}
		key := queueKey(reading.Driver, place, reading.Name)
		seen[key] = true
		if one := p.keep(key); one != nil {
			one.entry = entryOf(reading, at, read.Server, one.speed(now, reading.Totals))
		}
	}
	for key, one := range p.known {
		if !seen[key] {
			one.entry = blank(one.entry)
		}
	}
}

// keep returns nil for a queue that a snapshot has no room for.
func (p *poller) keep(key string) *knownQueue {
	one := p.known[key]
	if one == nil && len(p.known) < maxQueues {
		one = &knownQueue{}
		p.known[key] = one
	}
	return one
}

func (q *knownQueue) speed(now time.Time, totals *InOut) *protocol.QueueThroughput {
	if totals == nil {
		totals = &InOut{}
	}
	speed := &protocol.QueueThroughput{In: q.in.note(now, totals.In), Out: q.out.note(now, totals.Out)}
	if speed.In == nil && speed.Out == nil {
		return nil
	}
	return speed
}

// remember adds queues that another node found here: they are shown even when they have no jobs any more.
func (p *poller) remember(entries []protocol.QueueEntry) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	at := p.reader.facts()
	if at.names != nil {
		return
	}
	if p.known == nil {
		p.known = map[string]*knownQueue{}
	}
	for _, entry := range entries {
		isHere := placeKey(entry.Driver, string(entry.Place)) == placeKey(at.driver, at.place)
		isKind := placeKey(entry.Driver, "") == placeKey(at.driver, "")
		key := keyOfEntry(entry)
		if (isHere || (isKind && p.reader.locates(string(entry.Place), entry.Name))) && p.known[key] == nil {
			if one := p.keep(key); one != nil {
				one.entry = blank(entry)
			}
		}
	}
}

// lapse drops the readings of its queues, because another node reports them now; their names stay.
func (p *poller) lapse() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.failure, p.failing = "", false
	for _, one := range p.known {
		*one = knownQueue{entry: blank(one.entry)}
	}
}

func (p *poller) keys() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	keys := make([]string, 0, len(p.known))
	for key := range p.known {
		keys = append(keys, key)
	}
	return keys
}

// entries are those of its queues, by their names.
func (p *poller) entries() []protocol.QueueEntry {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	at := p.reader.facts()
	all := make([]protocol.QueueEntry, 0, len(p.known))
	for _, one := range p.known {
		if at.names == nil || slices.Contains(at.names, one.entry.Name) {
			all = append(all, one.entry)
		}
	}
	for _, name := range at.names {
		if !slices.ContainsFunc(all, func(entry protocol.QueueEntry) bool { return entry.Name == name }) {
			all = append(all, protocol.QueueEntry{Name: name, Driver: at.driver, Place: protocol.Text(at.place), States: []string{}, Capabilities: at.capabilities})
		}
	}
	sort.Slice(all, func(a, b int) bool { return entryOrder(all[a]) < entryOrder(all[b]) })
	all = all[:min(len(all), maxQueues)]
	if p.failing {
		for index, entry := range all {
			all[index] = blank(entry)
			all[index].Error = protocol.Text(p.failure)
		}
	}
	return all
}

func entryOrder(entry protocol.QueueEntry) string {
	return entry.Name + "\n" + string(entry.Place) + "\n" + entry.Driver
}

func (p *poller) leftOut() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.left
}

func (p *poller) seenAt() time.Time {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.readAt
}
