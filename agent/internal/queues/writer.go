package queues

import (
	"context"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/writer"
)

// Writer stores reports where Zenith reads them: a *writer.Writer. An error of AcquireQueues means that the store does not answer.
type Writer interface {
	AcquireQueues(ctx context.Context, service string, rank int, holder string, life time.Duration) (string, error)
	ReleaseQueues(ctx context.Context, service string, rank int, holder string) error
	ReadQueues(ctx context.Context, service string, rank int) (*protocol.QueueSnapshot, error)
	WriteQueues(ctx context.Context, snapshot protocol.QueueSnapshot, rank int, at time.Time) error
	Write(ctx context.Context, report writer.Report) (unwritten []*writer.Record, err error)
}

// withinText drops queues from the end if the text would be longer than readers take.
func withinText(snapshot protocol.QueueSnapshot) protocol.QueueSnapshot {
	// So many queues fit, whatever their names and metas are.
	const sure = 500
	for len(snapshot.Queues) > sure {
		text, err := snapshot.Encode()
		// The writer adds a time and a signature.
		if err != nil || len(text) <= protocol.MaxSnapshotChars-1_000 {
			break
		}
		snapshot.Queues = snapshot.Queues[:len(snapshot.Queues)*3/4]
	}
	return snapshot
}
