// Package agent runs the agent: it measures, reports, reloads and says good-bye.
package agent

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/config"
	"github.com/gravito-framework/quasar/agent/internal/report"
)

// Load reads the settings anew.
type Load func() (*config.Config, error)

// Agent runs until its context ends.
type Agent struct {
	load    Load
	log     *slog.Logger
	started time.Time

	mu      sync.Mutex
	current *generation
	reload  reloadState
}

type reloadState struct {
	At    *time.Time `json:"at"`
	Error string     `json:"error,omitempty"`
}

// New makes an agent. It doesn't start yet.
func New(load Load, log *slog.Logger) *Agent {
	return &Agent{load: load, log: log, started: time.Now()}
}

// Run reports until ctx ends, and then says good-bye. Each value of reloads reads the settings anew. An error means that it didn't start.
func (a *Agent) Run(ctx context.Context, reloads <-chan struct{}) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	if cfg.Disabled {
		a.log.Info("QUASAR_DISABLED is set: nothing is reported")
		return nil
	}
	first, err := start(cfg, a.Status, a.log)
	if err != nil {
		return err
	}
	a.use(first)
	a.log.Info("reporting", "redis", config.MaskURL(cfg.Redis), "host", cfg.Hostname, "every", time.Duration(cfg.Interval)*time.Millisecond)
	trouble := time.NewTicker(time.Second)
	defer trouble.Stop()
	lastTrouble := ""
	for {
		select {
		case <-ctx.Done():
			return a.end()
		case <-reloads:
			a.reloadNow()
		case <-trouble.C:
			lastTrouble = a.tellTrouble(lastTrouble)
		}
	}
}

// tellTrouble logs that Redis fails, and that it answers again. Reasons in between differ often; status has the last one.
func (a *Agent) tellTrouble(last string) string {
	now := a.generation().reporter.State().LastError
	if now != "" && last == "" {
		a.log.Warn("a report was not written: what waits is bounded", "error", now)
	}
	if now == "" && last != "" {
		a.log.Info("reports are written again")
	}
	return now
}

func (a *Agent) use(g *generation) {
	a.mu.Lock()
	a.current = g
	a.mu.Unlock()
	g.run()
}

func (a *Agent) generation() *generation {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.current
}

// end writes the last report and removes the nodes.
func (a *Agent) end() error {
	g := a.generation()
	g.halt()
	if err := g.leave(func(report.Node) bool { return false }); err != nil {
		a.log.Warn("the last report was not written", "error", report.Plain(err))
	}
	g.close()
	a.log.Info("ended")
	return nil
}

// reloadNow keeps the old settings if the new ones are of no use.
func (a *Agent) reloadNow() {
	cfg, err := a.load()
	if err == nil && cfg.Disabled {
		err = errors.New("QUASAR_DISABLED can't be set while the agent runs")
	}
	if err == nil {
		err = a.replace(cfg)
	}
	now := time.Now()
	a.mu.Lock()
	a.reload = reloadState{At: &now}
	if err != nil {
		a.reload.Error = report.Plain(err)
	}
	a.mu.Unlock()
	if err != nil {
		a.log.Error("the new settings were refused, the old ones remain", "error", report.Plain(err))
		return
	}
	a.log.Info("settings reloaded", "file", cfg.File)
}

// replace halts the old generation first: both may want the same address.
func (a *Agent) replace(cfg *config.Config) error {
	old := a.generation()
	old.halt()
	fresh, err := start(cfg, a.Status, a.log)
	if err != nil {
		return errors.Join(err, a.resume(old))
	}
	names := map[string]bool{}
	if cfg.Host {
		names[cfg.Service] = true
	}
	for _, rule := range cfg.Processes {
		names[rule.Service] = true
	}
	if err := old.leave(func(node report.Node) bool { return names[node.Service] && isSamePlace(old.config, cfg) }); err != nil {
		a.log.Warn("the last report of the old settings was not written", "error", report.Plain(err))
	}
	fresh.reporter.Adopt(old.reporter)
	old.close()
	a.use(fresh)
	return nil
}

func isSamePlace(a, b *config.Config) bool {
	return a.Redis == b.Redis && a.Prefix == b.Prefix && a.Hostname == b.Hostname
}

// resume goes on with the old settings.
func (a *Agent) resume(old *generation) error {
	old.queues.close()
	again, err := start(old.config, a.Status, a.log)
	if err != nil {
		return err
	}
	again.nodes = old.nodes
	again.reporter.Adopt(old.reporter)
	_ = old.writer.Close()
	a.use(again)
	return nil
}
