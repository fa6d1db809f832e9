package queues

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

var (
	laravelKind = kind{"laravel", []string{waiting, delayed, active}, []string{"list", "get", "search"}}
	horizonKind = kind{"laravel-horizon", []string{waiting, delayed, active, failed, completed},
		[]string{"list", "get", "search", "retry", "remove", "workers"}}
	// With a table of failed jobs their number is known, though nothing can be done with them from here.
	laravelFailedKind = kind{"laravel", []string{waiting, delayed, active, failed}, []string{"list", "get", "search"}}
)

// Oldest snapshot that still counts, ms: Horizon's docs schedule one every five minutes.
const snapshotAge = 15 * 60_000

type laravelOptions struct {
	// prefix of the app's connection; nil: any prefix found.
	prefix *string
	// horizon is the prefix of Horizon's keys; empty: search for it, unless there is none.
	horizon   string
	noHorizon bool
	names     []string
}

// laravelSource reads queues of Laravel 10 to 13 on its Redis driver, with Horizon or without.
type laravelSource struct {
	client     *resp.Client
	options    laravelOptions
	directory  *directory
	indexes    map[string]*jobIndex
	throughput horizonThroughput
	failedJobs *failedJobs
	// mutex: a slow read may still run when the reporter asks whether a queue belongs here.
	mutex sync.Mutex
}

func newLaravelSource(client *resp.Client, cfg Config) (reader, error) {
	options := laravelOptions{prefix: cfg.Prefix, names: cfg.Queues}
	switch horizon := textOr(cfg.HorizonPrefix, ""); horizon {
	case "false":
		options.noHorizon = true
	default:
		options.horizon = horizon
	}
	table, err := newFailedJobs(cfg)
	if err != nil {
		return nil, err
	}
	placeIn := func(prefix string) string { return placeOf(client.Address(), prefix) }
	return &laravelSource{client: client, options: options, directory: newDirectory(client, options, placeIn),
		indexes: map[string]*jobIndex{}, failedJobs: table}, nil
}

func (s *laravelSource) facts() facts {
	shown := horizonKind
	if s.options.noHorizon {
		shown = laravelKind
	}
	driver := laravelKind.driver
	if s.options.horizon != "" {
		driver = horizonKind.driver
	}
	return facts{driver: driver, place: placeOf(s.client.Address(), textOr(s.options.prefix, "")), names: s.options.names,
		states: []string{}, capabilities: shown.capabilities}
}

func (s *laravelSource) locates(place, name string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.directory.locates(place, name)
}

func (s *laravelSource) close() error {
	return firstOf(s.failedJobs.close(), s.client.Close())
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// horizonReading is what is known of a Horizon besides the keys of its queues.
type horizonReading struct {
	// state is nil if it cannot be read.
	state *horizonState
	// failed are failed jobs by queue; nil if there are too many to assign.
	failed      map[string]float64
	failedInAll *float64
	// totals are jobs that ended since the first reading, by queue.
	totals map[string]float64
}

func (s *laravelSource) read(ctx context.Context) (SourceReading, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	opened, err := open(ctx, s.client)
	if err != nil {
		return SourceReading{}, err
	}
	s.directory.look(ctx)
	horizons := map[string]horizonReading{}
	for _, horizon := range s.directory.horizons() {
		if horizons[horizon], err = s.readOne(ctx, horizon, opened.now); err != nil {
			return SourceReading{}, err
		}
	}
	ended := s.failedJobs.read(ctx)
	s.directory.learnFailed(ended.names())
	queues := s.directory.queues()
	if len(queues) == 0 && s.directory.isDenied() {
		return SourceReading{}, &resp.Error{Code: "NOPERM",
			Message: "This Redis user may not look for queues (SCAN): name them, prefix: laravel_database_ and queues: [default]"}
	}
	counts, err := readHeld(ctx, s.client, queues, opened.now)
	if err != nil {
		return SourceReading{}, err
	}
	result := SourceReading{Server: opened.server, Left: s.directory.leftOut()}
	for index, queue := range queues {
		result.Queues = append(result.Queues, s.readingOf(queue, counts[index], horizons, ended, opened.now))
	}
	return result, nil
}

// readOne leaves out what is denied to this user, or is not Horizon's: the queues can still be read.
func (s *laravelSource) readOne(ctx context.Context, horizon string, now float64) (horizonReading, error) {
	state, err := readHorizon(ctx, s.client, horizon, now)
	if err != nil {
		return horizonReading{}, unlessAboutKey(err)
	}
	if s.indexes[horizon] == nil {
		s.indexes[horizon] = newJobIndex(s.client, horizon)
	}
	index := s.indexes[horizon]
	reading := horizonReading{state: state}
	measured := state.measured
	if err := index.refresh(ctx); err == nil {
		counts := index.counts()
		measured = withFailed(measured, counts)
		reading.failedInAll = known(float64(index.total))
		if index.isWhole() {
			reading.failed = counts
		}
	} else if err := unlessAboutKey(err); err != nil {
		return horizonReading{}, err
	}
	s.directory.learn(horizon, measured)
	reading.totals = s.throughput.read(ctx, s.client, horizon, state.measured)
	return reading, nil
}

func unlessAboutKey(err *resp.Error) error {
	if err.IsAboutKey() {
		return nil
	}
	return inWords(err)
}

// withFailed adds queues with failed jobs: Horizon measures only completed jobs, so a queue whose jobs all failed is missing there.
func withFailed(measured []string, failed map[string]float64) []string {
	all := slices.Clone(measured)
	known := map[string]bool{}
	for _, name := range measured {
		known[bareName(name)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(failed)) {
		if !known[name] {
			all = append(all, name)
		}
	}
	return all
}

func (s *laravelSource) readingOf(queue laravelQueue, counts heldCounts, horizons map[string]horizonReading, ended failedCounts, now float64) Reading {
	if queue.horizon == "" {
		return s.plainReading(queue, counts, ended)
	}
	reading := held(horizonKind, queue, counts)
	horizon, isRead := horizons[queue.horizon]
	if !isRead || counts.err != "" {
		return reading
	}
	if horizon.failed != nil {
		reading.Metrics[failed] = horizon.failed[queue.name]
	}
	if horizon.state != nil {
		reading.Workers, reading.Paused = horizon.state.workersOf(queue.name)
	}
	if out, has := horizon.totals[queue.name]; has {
		reading.Totals = &InOut{Out: &out}
	}
	reading.Meta = horizon.meta(now)
	return reading
}

// plainReading: the failed jobs of the app's database belong to the only app that the source reads.
func (s *laravelSource) plainReading(queue laravelQueue, counts heldCounts, ended failedCounts) Reading {
	isOnly := len(s.directory.ownership.prefixes) <= 1
	if !ended.isAsked || !isOnly {
		return held(laravelKind, queue, counts)
	}
	reading := held(laravelFailedKind, queue, counts)
	if ended.err != "" {
		reading.Meta = map[string]any{"failedJobsError": ended.err}
	} else if counts.err == "" {
		reading.Metrics[failed] = ended.counts[queue.name]
	}
	return reading
}

func held(of kind, queue laravelQueue, counts heldCounts) Reading {
	reading := of.broken(queue.name, counts.err)
	reading.Place = queue.place
	if counts.err == "" {
		reading.Metrics = Metrics{waiting: counts.waiting, delayed: counts.delayed, active: counts.reserved}
	}
	reading.OldestMs, reading.OverdueMs = counts.oldestMs, counts.overdueMs
	return reading
}

// meta: without snapshots Horizon has no metrics, and never resets its counts.
func (h horizonReading) meta(now float64) map[string]any {
	meta := map[string]any{"horizon": "unreadable"}
	if h.state != nil {
		meta["horizon"] = h.state.status
		switch at := h.state.lastSnapshotAt; {
		case at == nil && len(h.state.measured) > 0:
			meta["snapshots"] = "none yet"
		case at != nil && now-*at >= snapshotAge:
			meta["snapshots"] = fmt.Sprintf("none for %.0f min", math.Floor((now-*at)/60_000))
		}
	}
	if h.failed == nil && h.failedInAll != nil {
		meta["failedInAllQueues"] = *h.failedInAll
	}
	return meta
}
