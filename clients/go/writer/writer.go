package writer

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/redis/go-redis/v9"
)

const (
	// tidyEvery is how often a service is indexed again, old members are pruned, and keys get their TTL.
	tidyEvery = time.Minute
	// maxServices bounds what is remembered of services: an agent may write for many.
	maxServices = 10_000
)

// Options of a Writer. Either URL or Client is required.
type Options struct {
	// URL is redis://, rediss:// or unix://, with a password and a database where needed.
	URL string
	// Client is the app's own, such as of a Cluster or a Sentinel. Close leaves it open.
	Client redis.UniversalClient
	// Prefix of all keys; protocol.DefaultPrefix if empty.
	Prefix string
	// Token signs what is written: see protocol.ParseTokens. Empty: nothing is signed.
	Token string
}

// Writer writes the reports of one or more nodes. It is safe for concurrent use.
type Writer struct {
	client redis.UniversalClient
	isOwn  bool
	keys   protocol.Keys
	signer *protocol.Signer
	clock  protocol.Clock

	mu sync.Mutex
	// isRefused is set when Redis denies TIME: the ids of entries replace it.
	isRefused bool
	// tidied has, by service, when that was done last; queuesTidied is the same for the index of queues.
	tidied       map[string]time.Time
	queuesTidied time.Time
	// indexed has the members of the index that were written before.
	indexed map[string]bool
}

// New makes a Writer. It does not connect yet. An error names the option and never contains a secret.
func New(options Options) (*Writer, error) {
	signer, err := signerOf(options.Token)
	if err != nil {
		return nil, err
	}
	client, isOwn := options.Client, false
	if client == nil {
		if client, err = connect(options.URL); err != nil {
			return nil, err
		}
		isOwn = true
	}
	return &Writer{
		client: client, isOwn: isOwn, keys: protocol.KeysOf(options.Prefix), signer: signer,
		tidied: map[string]time.Time{}, indexed: map[string]bool{},
	}, nil
}

func signerOf(token string) (*protocol.Signer, error) {
	if token == "" {
		return nil, nil
	}
	tokens, err := protocol.ParseTokens(token)
	if err != nil {
		return nil, errors.New("the token is invalid: it " + err.Error())
	}
	return protocol.NewSigner(tokens[0]), nil
}

// Keys are those of the writer's namespace.
func (w *Writer) Keys() protocol.Keys { return w.keys }

// Client is the connection, for other keys such as those of queues in the same Redis.
func (w *Writer) Client() redis.UniversalClient { return w.client }

// Clock is Redis' clock as far as it is known.
func (w *Writer) Clock() *protocol.Clock { return &w.clock }

// Close closes the writer's own connection.
func (w *Writer) Close() error {
	if !w.isOwn {
		return nil
	}
	return w.client.Close()
}

// Report is what one node writes at a time.
type Report struct {
	Service, Node string
	// Heartbeat is nil for the last report of a node. Its Timestamp and ClockAhead are set here.
	Heartbeat *protocol.Heartbeat
	// At is time.Now() of the heartbeat's figures.
	At time.Time
	// Records are written by this report, and belong to the Writer until it returns.
	Records []*Record
}

// Write writes a report in one pipelined write.
//
// It returns the records that were not written, and the first error. Both may be partial: a Redis that is full still accepts what frees
// memory.
func (w *Writer) Write(ctx context.Context, report Report) (unwritten []*Record, err error) {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	if err := w.learnTime(ctx); err != nil {
		return report.Records, err
	}
	steps, encodeErr := w.steps(report)
	unwritten, err = w.send(ctx, steps)
	if err == nil {
		err = encodeErr
	}
	return unwritten, err
}

// Remove takes a node off the page at once: the sign-off at an orderly end.
func (w *Writer) Remove(ctx context.Context, service, node string) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	w.mu.Lock()
	delete(w.indexed, protocol.NodeMember(service, node))
	w.mu.Unlock()
	_, err := w.send(ctx, []*step{
		{args: []any{"del", w.keys.Node(service, node)}},
		{args: []any{"zrem", w.keys.NodeIndex(), protocol.NodeMember(service, node)}},
	})
	return err
}

// step is a command, and the record that is lost if it fails.
type step struct {
	args    []any
	records []*Record
	done    func(reply any, sentAt time.Time)
	// refused is called when Redis denies or does not know the command, which is no failure then.
	refused func()
}

func (w *Writer) send(ctx context.Context, steps []*step) (unwritten []*Record, err error) {
	if len(steps) == 0 {
		return nil, nil
	}
	pipeline := w.client.Pipeline()
	replies := make([]*redis.Cmd, len(steps))
	for i, step := range steps {
		replies[i] = pipeline.Do(ctx, step.args...)
	}
	sentAt := time.Now()
	// The error of each command follows. Without a connection the commands have neither an answer nor an error.
	_, unsent := pipeline.Exec(ctx)
	for i, step := range steps {
		reply, failure := replies[i].Result()
		if reply == nil && failure == nil {
			failure = unsent
		}
		switch {
		case failure == nil || errors.Is(failure, redis.Nil):
			if step.done != nil {
				step.done(reply, sentAt)
			}
		case step.refused != nil && isRefusal(failure):
			step.refused()
		default:
			unwritten = append(unwritten, step.records...)
			if err == nil {
				err = failure
			}
		}
	}
	return unwritten, err
}

func isRefusal(err error) bool {
	return strings.HasPrefix(err.Error(), "NOPERM") || strings.HasPrefix(err.Error(), "ERR unknown command")
}

// learnTime asks Redis for its time if nothing may be dated without it. A clock that is merely old is renewed with the next write.
func (w *Writer) learnTime(ctx context.Context) error {
	if !w.clock.IsDoubtful() || w.refuses() {
		return nil
	}
	_, err := w.send(ctx, []*step{w.timeStep()})
	return err
}

func (w *Writer) timeStep() *step {
	return &step{args: []any{"time"}, done: w.noteTime, refused: func() {
		w.mu.Lock()
		w.isRefused = true
		w.mu.Unlock()
	}}
}

func (w *Writer) noteTime(reply any, sentAt time.Time) {
	if redisTime, ok := timeOfReply(reply); ok {
		w.clock.Learn(redisTime, sentAt)
	}
}

func (w *Writer) noteID(reply any, sentAt time.Time) {
	id, _ := reply.(string)
	if w.refuses() {
		w.clock.LearnFromID(id, sentAt)
	} else {
		w.clock.Check(id, sentAt)
	}
}

func (w *Writer) refuses() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.isRefused
}
