package protocol

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ClockTolerance is the difference of two clocks below which it is ignored: it may be the time of an answer.
const ClockTolerance = 2 * time.Second

// base is the 0 of the monotonic clock.
var base = time.Now()

// Clock converts times of this machine to Redis' clock. Between two answers it follows the monotonic clock, so it survives that the
// machine's clock is set. The zero value knows nothing and leaves times as they are. It is safe for concurrent use.
type Clock struct {
	mu sync.Mutex
	// origin is Redis' clock at base, Unix ms, and ownOrigin the machine's own.
	origin, ownOrigin float64
	// isContradicted is set by an id that the known clock can't have given.
	isKnown, isContradicted bool
	learnedAt, setAt        time.Time
}

// Learn notes an answer of TIME. sentAt is time.Now() before the request.
func (c *Clock) Learn(redis, sentAt time.Time) {
	c.learn(redis, sentAt, time.Now())
}

func (c *Clock) learn(redis, sentAt, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ownOrigin := originOf(now)
	known := ownOrigin
	if c.isKnown {
		known = c.origin
	}
	// The time is of some moment between the request and now: the nearest to the known clock is taken, so a slow answer distorts nothing.
	earliest, latest := millis(redis)-monotonic(now), millis(redis)-monotonic(sentAt)
	origin := min(max(known, earliest), latest)
	if c.isKnown && isFar(origin, c.origin) {
		c.setAt = now
	}
	c.origin, c.ownOrigin, c.isKnown, c.isContradicted, c.learnedAt = origin, ownOrigin, true, false, now
}

// IsDoubtful tells whether nothing may be dated before Redis was asked: its time is unknown or contradicted, or the machine's clock was set.
func (c *Clock) IsDoubtful() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.isKnown || c.isContradicted || isFar(originOf(time.Now()), c.ownOrigin)
}

// IsDue tells whether to ask Redis for its time: it is doubtful or a minute old.
func (c *Clock) IsDue() bool {
	if c.IsDoubtful() {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.learnedAt) >= time.Minute
}

// Stamp converts a moment of time.Now() to Unix ms by Redis' clock. ahead is the field clockAhead: how far the machine's clock was ahead
// at that moment, 0 for less than 2 s, nil while Redis' clock is unknown.
func (c *Clock) Stamp(moment time.Time) (ms int64, ahead *int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	own := moment.UnixMilli()
	if !c.isKnown {
		return max(0, own), nil
	}
	shift := int64(0)
	if ownOrigin := originOf(moment); isFar(c.origin, ownOrigin) {
		shift = int64(math.Round(c.origin - ownOrigin))
	}
	off := -shift
	return max(0, own+shift), &off
}

// Oldest returns the Unix ms before which an entry is too old. False while Redis' clock is unknown, and for one life after it was set,
// because the age of entries is unknown then.
func (c *Clock) Oldest(life time.Duration) (int64, bool) {
	now := time.Now()
	ms, ahead := c.Stamp(now)
	c.mu.Lock()
	defer c.mu.Unlock()
	if ahead == nil || !c.setAt.IsZero() && now.Sub(c.setAt) < life {
		return 0, false
	}
	return ms - life.Milliseconds(), true
}

func isFar(one, other float64) bool {
	return math.Abs(one-other) >= float64(ClockTolerance.Milliseconds())
}

// originOf is what the wall clock of a moment would have shown at base.
func originOf(moment time.Time) float64 { return millis(moment) - monotonic(moment) }

func monotonic(moment time.Time) float64 {
	return float64(moment.Sub(base)) / float64(time.Millisecond)
}

func millis(moment time.Time) float64 { return float64(moment.UnixMicro()) / 1_000 }

// Check compares the id that Redis gave a stream entry (1767225600000-0) with the known clock: one that contradicts it makes it doubtful.
func (c *Clock) Check(id string, sentAt time.Time) {
	ms, isFirst, ok := timeOfID(id)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !ok || !c.isKnown {
		return
	}
	tolerance := float64(ClockTolerance.Milliseconds())
	isBehind := ms < c.origin+monotonic(sentAt)-tolerance
	// After an entry in the future, ids only count up.
	isAhead := isFirst && ms > c.origin+monotonic(time.Now())+tolerance
	if isBehind || isAhead {
		c.isContradicted = true
	}
}

// LearnFromID notes the id that Redis gave a stream entry, for a Redis that denies TIME.
func (c *Clock) LearnFromID(id string, sentAt time.Time) {
	if ms, isFirst, ok := timeOfID(id); ok && isFirst {
		c.Learn(time.UnixMilli(int64(ms)), sentAt)
	}
}

func timeOfID(id string) (ms float64, isFirst, ok bool) {
	time, number, found := strings.Cut(id, "-")
	value, err := strconv.ParseInt(time, 10, 64)
	return float64(value), number == "0", found && err == nil
}
