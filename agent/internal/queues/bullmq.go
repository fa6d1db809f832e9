package queues

import (
	"context"
	"encoding/base64"
	"regexp"
	"strings"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

var bullmqKind = kind{
	driver: "bullmq",
	states: allStates,
	capabilities: []string{"list", "get", "search", "logs", "flow", "retry", "promote", "remove", "pause", "clean", "empty", "add",
		"duplicate", "workers", "schedulers", "runScheduler", "saveScheduler", "removeScheduler"},
}

// bullmqSource reads BullMQ 5 and 6 through their keys. It opens no queue, and leaves no key.
type bullmqSource struct {
	client  *resp.Client
	prefix  string
	names   watchedNames
	scripts scriptRunner
	workers bullWorkers
	totals  bullTotals
}

func newBullmqSource(client *resp.Client, cfg Config) reader {
	prefix := textOr(cfg.Prefix, "bull")
	source := &bullmqSource{client: client, prefix: prefix, scripts: scriptRunner{client: client}}
	source.names = watchedNames{named: cfg.Queues, denied: "This Redis user may not look for queues (SCAN): name them, queues: [mail]"}
	source.names.discovery = &discovery{client: client, patterns: []keyPattern{{
		match: escapeGlob(prefix) + ":*:meta", kind: "hash", found: source.found,
	}}}
	return source
}

// found: with a colon it is the hash of a job or of a scheduler called "meta".
func (s *bullmqSource) found(key string) {
	name := strings.TrimSuffix(strings.TrimPrefix(key, s.prefix+":"), ":meta")
	if !strings.Contains(name, ":") {
		s.names.seen.add(name)
	}
}

func (s *bullmqSource) facts() facts {
	return facts{driver: bullmqKind.driver, place: placeOf(s.client.Address(), s.prefix), names: s.names.named,
		states: bullmqKind.states, capabilities: bullmqKind.capabilities}
}

func (s *bullmqSource) locates(string, string) bool { return false }

func (s *bullmqSource) close() error { return s.client.Close() }

func (s *bullmqSource) read(ctx context.Context) (SourceReading, error) {
	opened, err := open(ctx, s.client)
	if err != nil {
		return SourceReading{}, err
	}
	names, err := s.names.list(ctx)
	if err != nil {
		return SourceReading{}, err
	}
	bases := make([]string, len(names))
	for index, name := range names {
		bases[index] = s.prefix + ":" + name + ":"
	}
	all, now, err := readBullCounts(ctx, &s.scripts, bases, opened.now)
	if err != nil {
		return SourceReading{}, err
	}
	s.workers.refresh(ctx, s.client)
	result := SourceReading{Server: opened.server, Left: s.names.leftOut()}
	for index, name := range names {
		result.Queues = append(result.Queues, s.readingOf(ctx, name, all[index], now))
	}
	return result, nil
}

func (s *bullmqSource) readingOf(ctx context.Context, name string, counts bullCounts, now float64) Reading {
	if counts.err != nil {
		return bullmqKind.broken(name, inWords(counts.err).Message)
	}
	base := s.prefix + ":" + name + ":"
	reading := bullmqKind.reading(name)
	// BullMQ 5 moves waiting jobs to another list when it pauses, 6 does not: all of them count as waiting.
	reading.Metrics = Metrics{
		waiting: counts.wait + counts.pausedList, prioritized: counts.prioritized, active: counts.active, delayed: counts.delayed,
		waitingChildren: counts.waitingChildren, completed: counts.completed, failed: counts.failed,
	}
	reading.Paused = flag(counts.paused)
	reading.OldestMs = ageOf(counts.waitingSince(now), now)
	if counts.due != nil && *counts.due < now {
		reading.OverdueMs = known(now - *counts.due)
	}
	reading.Totals = s.totals.next(base, counts, now, func(since float64) float64 { return readEnded(ctx, s.client, base, since, now) })
	reading.Workers = s.workers.of(s.prefix, name)
	reading.Meta = bullMeta(counts)
	return reading
}

func bullMeta(counts bullCounts) map[string]any {
	meta := map[string]any{}
	if counts.version != "" {
		meta["version"] = cutUnits(counts.version, maxNameUnits)
	}
	if counts.concurrency != nil {
		meta["concurrency"] = *counts.concurrency
	}
	if len(meta) == 0 {
		return nil
	}
	return meta
}

// readEnded is the number of stored jobs that ended within a time, by the server's clock, ms.
func readEnded(ctx context.Context, client *resp.Client, base string, since, now float64) float64 {
	after, until := "("+numberText(since), numberText(now)
	replies := client.Send(ctx, []string{"zcount", base + "completed", after, until}, []string{"zcount", base + "failed", after, until})
	return resp.Count(replies[0].Value) + resp.Count(replies[1].Value)
}

// CLIENT LIST is expensive with many clients, and workers change seldom.
const workersEvery = 15 * time.Second

var connectionName = regexp.MustCompile(`(?:^| )name=(\S+)`)

// bullWorkers counts workers by the names of their connections: `bull:bWFpbA==` or `bull:bWFpbA==:w:name`.
type bullWorkers struct {
	at     time.Time
	counts map[string]float64
}

func (w *bullWorkers) refresh(ctx context.Context, client *resp.Client) {
	if !w.at.IsZero() && time.Since(w.at) < workersEvery {
		return
	}
	w.at, w.counts = time.Now(), nil
	// The reads of the queues meet the same error, and report it.
	list, isText := resp.Text(client.Send(ctx, []string{"client", "LIST"})[0].Value)
	if !isText {
		return
	}
	w.counts = map[string]float64{}
	for line := range strings.Lines(list) {
		if match := connectionName.FindStringSubmatch(line); match != nil {
			name, _, _ := strings.Cut(match[1], ":w:")
			w.counts[name]++
		}
	}
}

// of is the number of workers of a queue; nil if unknown.
func (w *bullWorkers) of(prefix, queue string) *float64 {
	if w.counts == nil {
		return nil
	}
	return known(w.counts[prefix+":"+base64.StdEncoding.EncodeToString([]byte(queue))])
}

// bullTotals counts jobs that were added and that ended. BullMQ only counts added jobs, with the counter of ids, which also counts a job
// added with an existing id. The jobs that ended between two readings are those added, less the increase of those not ended. This holds
// also if ended jobs are removed at once; a job removed before it ran counts as ended.
//
// A job that is retried manually is no longer ended, and ends again: a reading that covers both its retry and its end shows neither. If
// more jobs were retried than ended, the result is the number of stored jobs that ended meanwhile.
type bullTotals struct{ seen map[string]bullSeen }

type bullSeen struct{ lastID, pending, out, now float64 }

func (t *bullTotals) next(queue string, counts bullCounts, now float64, endedSince func(float64) float64) *InOut {
	pending := counts.pending()
	lastID := counts.lastID
	// A queue without jobs may not have a counter yet; jobs without a counter were not added by the library alone.
	if lastID == nil && pending+counts.completed+counts.failed == 0 {
		lastID = known(0)
	}
	if lastID == nil {
		delete(t.seen, queue)
		return &InOut{}
	}
	before, has := t.seen[queue]
	ended, out := 0.0, 0.0
	if has && before.lastID <= *lastID {
		out = before.out
		ended = *lastID - before.lastID - (pending - before.pending)
		if ended < 0 {
			ended = endedSince(before.now)
		}
	}
	if t.seen == nil {
		t.seen = map[string]bullSeen{}
	}
	t.seen[queue] = bullSeen{*lastID, pending, out + ended, now}
	return &InOut{In: lastID, Out: known(out + ended)}
}
