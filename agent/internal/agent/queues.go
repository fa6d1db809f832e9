package agent

import (
	"context"
	"fmt"

	"github.com/gravito-framework/quasar/agent/internal/config"
	"github.com/gravito-framework/quasar/agent/internal/queues"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

// queueReporting has the sources of the settings.
type queueReporting struct {
	sources []queues.Source
}

func openQueues(cfg *config.Config, w *writer.Writer) (*queueReporting, error) {
	opened := &queueReporting{}
	for index, settings := range cfg.Queues {
		source, err := queues.New(settings)
		if err != nil {
			opened.close()
			return nil, fmt.Errorf("queues[%d].%w", index, err)
		}
		opened.sources = append(opened.sources, source)
	}
	return opened, nil
}

func (q *queueReporting) run(ctx context.Context) {}

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
