package agent

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/config"
	"github.com/gravito-framework/quasar/agent/internal/host"
	"github.com/gravito-framework/quasar/agent/internal/ingest"
	"github.com/gravito-framework/quasar/agent/internal/probe"
	"github.com/gravito-framework/quasar/agent/internal/process"
	"github.com/gravito-framework/quasar/agent/internal/report"
	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

const (
	// firstAfter is when the first report is due: CPU usage is a difference.
	firstAfter = time.Second
	// gather is how long records of apps wait for more of them.
	gather = time.Second
	// lookLimit bounds a look at all processes.
	lookLimit = 5 * time.Second
	// endLimit bounds the last report and the removal of nodes.
	endLimit = 5 * time.Second
)

// generation is the agent from one reading of its settings to the next.
type generation struct {
	config   *config.Config
	writer   *writer.Writer
	reporter *report.Reporter
	guard    *probe.Guard
	host     *host.Collector
	watch    *process.Watch
	beats    *beats
	queues   *queueReporting
	servers  []*ingest.Server
	woken    chan struct{}
	stop     context.CancelFunc
	done     sync.WaitGroup

	mu    sync.Mutex
	looks []process.Look
	nodes map[report.Node]bool
}

// start opens everything. An error leaves nothing open.
func start(cfg *config.Config, status func() any, log *slog.Logger) (*generation, error) {
	w, err := openWriter(cfg)
	if err != nil {
		return nil, err
	}
	g := &generation{
		config: cfg, writer: w, guard: probe.NewGuard(), beats: newBeats(cfg),
		woken: make(chan struct{}, 1), nodes: map[report.Node]bool{},
	}
	g.reporter = report.New(w, g.wake)
	if g.queues, err = openQueues(cfg, log); err == nil {
		err = g.listen(status, log)
	}
	if err != nil {
		g.close()
		return nil, err
	}
	g.host = host.New(host.Options{Proc: cfg.Proc, Sys: cfg.Sys, Etc: cfg.Etc, Root: cfg.Root, Disks: cfg.Disks, Guard: g.guard})
	g.watch = process.NewWatch(cfg.Processes, cfg.Proc, cfg.Root)
	return g, nil
}

// run begins to report. It returns at once.
func (g *generation) run() {
	ctx, stop := context.WithCancel(context.Background())
	g.stop = stop
	g.done.Add(2)
	go func() {
		defer g.done.Done()
		g.reportUntil(ctx)
	}()
	go func() {
		defer g.done.Done()
		g.queues.run(ctx)
	}()
}

func (g *generation) wake() {
	select {
	case g.woken <- struct{}{}:
	default:
	}
}

func (g *generation) reportUntil(ctx context.Context) {
	g.look(ctx)
	tick := time.NewTimer(firstAfter)
	defer tick.Stop()
	var gathered <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			g.collect(ctx)
			_ = g.reporter.Flush(ctx)
			tick.Reset(g.jittered())
		case <-g.woken:
			if gathered == nil {
				gathered = time.After(gather)
			}
		case <-gathered:
			gathered = nil
			_ = g.reporter.Flush(ctx)
		}
	}
}

// jittered spreads the reports of many hosts.
func (g *generation) jittered() time.Duration {
	interval := float64(g.config.Interval) * float64(time.Millisecond)
	return time.Duration(interval * (0.9 + 0.2*rand.Float64()))
}

// collect measures once and puts the heartbeats up for the next flush.
func (g *generation) collect(ctx context.Context) {
	begin := time.Now()
	machine := g.host.Collect(ctx)
	looks, isKnown := g.look(ctx)
	own := []*protocol.Heartbeat{}
	if g.config.Host {
		own = append(own, g.beats.host(machine))
	}
	if isKnown {
		for _, look := range looks {
			for _, found := range look.Nodes {
				own = append(own, g.beats.process(look.Rule, found, machine))
			}
		}
	}
	if len(own) > 0 {
		own[0].Recorder = g.recorder(time.Since(begin))
	}
	for _, beat := range own {
		g.reporter.Beat(beat, begin)
		g.nodes[report.Node{Service: beat.Service, ID: beat.ID}] = true
	}
}

func (g *generation) look(ctx context.Context) ([]process.Look, bool) {
	looks, ok := probe.Run(ctx, g.guard, "processes", lookLimit, g.watch.Look)
	if !ok {
		return nil, false
	}
	g.mu.Lock()
	g.looks = looks
	g.mu.Unlock()
	return looks, true
}

func (g *generation) recorder(collecting time.Duration) *protocol.Recorder {
	state := g.reporter.State()
	recorder := &protocol.Recorder{
		CollectMs: protocol.Rounded(float64(collecting.Microseconds()) / 1e3),
		Dropped:   protocol.Known(float64(state.Dropped)), BufferedBytes: protocol.Known(float64(state.BufferedBytes)),
	}
	if !state.LastWrite.IsZero() {
		recorder.FlushMs = protocol.Rounded(state.FlushMs)
	}
	return recorder
}

// halt stops measuring and answering, and leaves the nodes on the page.
func (g *generation) halt() {
	ctx, cancel := context.WithTimeout(context.Background(), endLimit)
	defer cancel()
	for _, server := range g.servers {
		_ = server.Close(ctx)
	}
	g.servers = nil
	if g.stop != nil {
		g.stop()
		g.done.Wait()
	}
}

// leave writes what waits and removes the agent's own nodes, or those that keep doesn't have.
func (g *generation) leave(keep func(report.Node) bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), endLimit)
	defer cancel()
	err := g.reporter.Flush(ctx)
	gone := []report.Node{}
	for node := range g.nodes {
		if !keep(node) {
			gone = append(gone, node)
		}
	}
	if err == nil || len(gone) > 0 {
		err = g.reporter.Remove(ctx, gone)
	}
	return err
}

func (g *generation) close() {
	for _, server := range g.servers {
		_ = server.Close(context.Background())
	}
	g.queues.close()
	_ = g.writer.Close()
}

// listen opens the ingest and the socket for `status`.
func (g *generation) listen(status func() any, log *slog.Logger) error {
	if address := g.config.Ingest; address != "" {
		server, err := ingest.Listen(ingest.Options{Address: address, Tokens: g.config.Token, Sink: g.reporter, Status: status})
		if err != nil {
			return fmt.Errorf("ingest can't listen on %s: %w", address, err)
		}
		g.servers = append(g.servers, server)
	}
	return g.listenForStatus(status, log)
}

// listenForStatus: reports are worth more than the default socket, so without that the agent goes on.
func (g *generation) listenForStatus(status func() any, log *slog.Logger) error {
	var last error
	for _, name := range g.config.Sockets() {
		server, err := ingest.Listen(ingest.Options{Address: "unix:" + name, Status: status})
		if err == nil {
			g.servers = append(g.servers, server)
			return nil
		}
		last = fmt.Errorf("socket can't listen on %s: %w", name, err)
	}
	if last != nil && g.config.Socket == config.DefaultSocket {
		log.Warn("`quasar-agent status` gets no answer of this agent", "error", last)
		return nil
	}
	return last
}
