package queues

import (
	"context"
	"strings"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

// RQ, as RQ 3.0 wrote it in a trial (RQ_KEY_PREFIX is `rq`):
//   - `rq:queues` is a set of the queues' keys, `rq:queue:{name}` a list of job ids (RPUSH, LPOP: the head is next)
//   - `rq:wip:`, `rq:finished:`, `rq:failed:` are sorted sets by expiry (Unix s, +inf for none), cleaned by RQ only now and then;
//     `rq:scheduled:` one by due time, `rq:deferred:` one of the jobs that wait for others
//   - `rq:workers:{name}` is a set of the workers' keys, which may be gone; `rq:suspended` stops all workers
//   - `rq:job:{id}` has `enqueued_at` in UTC, and no other field of it is read
var rqKind = kind{"rq", []string{waiting, active, delayed, waitingChildren, completed, failed}, []string{}}

const (
	rqAsked = 8
	// More workers of one queue than this are not checked one by one.
	maxRQWorkers = 1_000
)

type rqSource struct {
	client *resp.Client
	prefix string
	named  []string
	seen   seenNames
}

func newRQSource(client *resp.Client, cfg Config) reader {
	return &rqSource{client: client, prefix: textOr(cfg.Prefix, "rq"), named: cfg.Queues}
}

func (s *rqSource) facts() facts {
	return facts{driver: rqKind.driver, place: placeOf(s.client.Address(), s.prefix), names: s.named,
		states: rqKind.states, capabilities: rqKind.capabilities}
}

func (s *rqSource) locates(string, string) bool { return false }

func (s *rqSource) close() error { return s.client.Close() }

func (s *rqSource) key(parts ...string) string { return s.prefix + ":" + strings.Join(parts, ":") }

func (s *rqSource) read(ctx context.Context) (SourceReading, error) {
	opened, err := open(ctx, s.client)
	if err != nil {
		return SourceReading{}, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return SourceReading{}, err
	}
	paused := s.isPaused(ctx)
	result := SourceReading{Server: opened.server}
	if s.named == nil {
		result.Left = s.seen.left.size()
	}
	since := numberText(opened.now / 1_000)
	commands := make([][]string, 0, rqAsked*len(names))
	for _, name := range names {
		commands = append(commands,
			[]string{"llen", s.key("queue", name)}, []string{"zcount", s.key("wip", name), since, "+inf"},
			[]string{"zcard", s.key("scheduled", name)}, []string{"zcard", s.key("deferred", name)},
			[]string{"zcount", s.key("finished", name), since, "+inf"}, []string{"zcount", s.key("failed", name), since, "+inf"},
			[]string{"lindex", s.key("queue", name), "0"}, []string{"zrange", s.key("scheduled", name), "0", "0", "WITHSCORES"})
	}
	replies := s.client.SendInPortions(ctx, commands, portion)
	for index, name := range names {
		own := replies[rqAsked*index : rqAsked*(index+1)]
		message, err := firstError(own, "A key of this queue holds another type of data than RQ puts there")
		if err != nil {
			return SourceReading{}, err
		}
		reading := rqKind.broken(name, message)
		if message == "" {
			s.fill(&reading, own, opened.now)
			reading.Paused = paused
		}
		result.Queues = append(result.Queues, reading)
	}
	s.readAges(ctx, replies, result.Queues, opened.now)
	return result, s.readWorkers(ctx, result.Queues)
}

// names are in a set, which RQ keeps as long as the queue exists.
func (s *rqSource) names(ctx context.Context) ([]string, error) {
	if s.named != nil {
		return s.named, nil
	}
	size := s.client.Send(ctx, []string{"scard", s.key("queues")})[0]
	if size.Err != nil {
		return nil, inWords(size.Err)
	}
	if resp.Count(size.Value) > 10*maxQueues {
		return nil, &resp.Error{Code: "ERR", Message: "RQ has more queues here than the agent reads: name them, queues: [default]"}
	}
	reply := s.client.Send(ctx, []string{"smembers", s.key("queues")})[0]
	if reply.Err != nil {
		return nil, inWords(reply.Err)
	}
	for _, member := range resp.Texts(reply.Value) {
		if name, is := strings.CutPrefix(member, s.key("queue", "")); is {
			s.seen.add(name)
		}
	}
	return s.seen.list(), nil
}

func (s *rqSource) isPaused(ctx context.Context) *bool {
	reply := s.client.Send(ctx, []string{"exists", s.key("suspended")})[0]
	if reply.Err != nil {
		return nil
	}
	return flag(resp.Count(reply.Value) > 0)
}

func (s *rqSource) fill(reading *Reading, own []resp.Reply, now float64) {
	count := func(index int) float64 { return resp.Count(own[index].Value) }
	reading.Metrics = Metrics{waiting: count(0), active: count(1), delayed: count(2), waitingChildren: count(3), completed: count(4), failed: count(5)}
	if overdue := ageOf(firstDue(own[7].Value), now); overdue != nil && *overdue >= dueGrace {
		reading.OverdueMs = overdue
	}
}

func (s *rqSource) readAges(ctx context.Context, replies []resp.Reply, queues []Reading, now float64) {
	var commands [][]string
	var of []int
	for index := range queues {
		if id, is := resp.Text(replies[rqAsked*index+6].Value); is && queues[index].Error == "" {
			commands = append(commands, []string{"hget", s.key("job", id), "enqueued_at"})
			of = append(of, index)
		}
	}
	for index, reply := range s.client.SendInPortions(ctx, commands, portion) {
		if at, err := time.Parse("2006-01-02T15:04:05.999999Z", resp.TextOf(reply.Value)); err == nil {
			queues[of[index]].OldestMs = ageOf(known(float64(at.UnixMilli())), now)
		}
	}
}

// readWorkers counts those whose hash is still there: a worker that was killed stays in the set.
func (s *rqSource) readWorkers(ctx context.Context, queues []Reading) error {
	commands := make([][]string, len(queues))
	for index, queue := range queues {
		commands[index] = []string{"srandmember", s.key("workers", queue.Name), numberText(maxRQWorkers)}
	}
	var asked [][]string
	var of []int
	for index, reply := range s.client.SendInPortions(ctx, commands, portion) {
		if reply.Err != nil {
			continue
		}
		queues[index].Workers = known(0)
		for _, key := range resp.Texts(reply.Value) {
			if strings.HasPrefix(key, s.key("worker", "")) {
				asked = append(asked, []string{"exists", key})
				of = append(of, index)
			}
		}
	}
	for index, reply := range s.client.SendInPortions(ctx, asked, portion) {
		*queues[of[index]].Workers += resp.Count(reply.Value)
	}
	return nil
}
