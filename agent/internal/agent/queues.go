package agent

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/config"
	"github.com/gravito-framework/quasar/agent/internal/queues"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

// queueReporting has the sources of the settings, and what reports them.
type queueReporting struct {
	sources  []queues.Source
	reporter *queues.Reporter
}

func openQueues(cfg *config.Config, w *writer.Writer) (*queueReporting, error) {
	opened := &queueReporting{}
	for index, settings := range cfg.Queues {
		if settings.Redis == "" && settings.Driver != "sqs" {
			settings.Redis = cfg.Redis
		}
		source, err := queues.New(settings)
		if err != nil {
			opened.close()
			return nil, fmt.Errorf("queues[%d].%w", index, err)
		}
		opened.sources = append(opened.sources, source)
	}
	opened.reporter = queues.NewReporter(opened.sources, w, queues.Options{
		Service: cfg.Service, Node: cfg.Hostname, Interval: time.Duration(cfg.Interval) * time.Millisecond, Logger: slog.Default(),
	})
	return opened, nil
}

func (q *queueReporting) run(ctx context.Context) { q.reporter.Run(ctx) }

func (q *queueReporting) close() {
	if q == nil {
		return
	}
	for _, source := range q.sources {
		_ = source.Close()
	}
}

// Check validates the sources of the queues. It connects to nothing.
func Check(cfg *config.Config) error {
	opened, err := openQueues(cfg, nil)
	opened.close()
	return err
}
