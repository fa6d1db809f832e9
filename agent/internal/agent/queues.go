package agent

import (
	"context"
	"fmt"
	"log/slog"
	"sort"
	"sync"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/config"
	"github.com/gravito-framework/quasar/agent/internal/queues"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

// queueReporting has the sources of the settings, by the service that reports them.
type queueReporting struct {
	sources   []queues.Source
	reporters map[string]*queues.Reporter
	writers   []*writer.Writer
}

// openQueues connects to nothing yet.
func openQueues(cfg *config.Config, log *slog.Logger) (*queueReporting, error) {
	opened := &queueReporting{reporters: map[string]*queues.Reporter{}}
	byService := map[string][]queues.Source{}
	for index, settings := range cfg.Queues {
		source, err := queues.New(settings.Config)
		if err != nil {
			opened.close()
			return nil, fmt.Errorf("queues[%d].%w", index, err)
		}
		opened.sources = append(opened.sources, source)
		byService[settings.Service] = append(byService[settings.Service], source)
	}
	for service, sources := range byService {
		// Each has a connection of its own: a poll must not wait for another one.
		own, err := openWriter(cfg)
		if err != nil {
			opened.close()
			return nil, err
		}
		opened.writers = append(opened.writers, own)
		opened.reporters[service] = queues.NewReporter(sources, own, queues.Options{
			Service: service, Node: cfg.Hostname, Interval: time.Duration(cfg.Interval) * time.Millisecond, Logger: log,
		})
	}
	return opened, nil
}

// openWriter connects to nothing yet.
func openWriter(cfg *config.Config) (*writer.Writer, error) {
	return writer.New(writer.Options{URL: cfg.Redis, Prefix: cfg.Prefix, Token: cfg.SigningToken()})
}

// run reports until ctx ends.
func (q *queueReporting) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, reporter := range q.reporters {
		all.Go(func() { reporter.Run(ctx) })
	}
	all.Wait()
}

// texts are for the status: each service's sources, and what they give.
func (q *queueReporting) texts() []string {
	list := []string{}
	for _, source := range q.sources {
		list = append(list, "source "+source.Name())
	}
	for service, reporter := range q.reporters {
		state := reporter.Status()
		text := fmt.Sprintf("%s: %d watched, %d reported by this agent", service, state.Watched, state.Reporting)
		if state.Error != "" {
			text += ", failing: " + state.Error
		}
		list = append(list, text)
	}
	sort.Strings(list)
	return list
}

func (q *queueReporting) close() {
	if q == nil {
		return
	}
	for _, source := range q.sources {
		_ = source.Close()
	}
	for _, one := range q.writers {
		_ = one.Close()
	}
}

// Check validates the address of Redis and the sources of the queues. It connects to nothing.
func Check(cfg *config.Config) error {
	own, err := openWriter(cfg)
	if err != nil {
		return err
	}
	_ = own.Close()
	opened, err := openQueues(cfg, nil)
	opened.close()
	return err
}
