// Package queues reads the queues that no app reports.
package queues

import (
	"context"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// Source is one place with queues, such as the BullMQ queues of a Redis.
type Source interface {
	// Name identifies the source in errors and in the output of --check. It contains no secrets.
	Name() string
	// Read polls the source once. A queue that can't be read has Error set in its entry and leaves the others alone.
	Read(ctx context.Context) ([]protocol.QueueEntry, error)
	// Close releases the source's connections.
	Close() error
}
