package queues

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

// Celery on Redis, as kombu 5.7 and Celery 5.7 wrote it in a trial:
//   - `_kombu.binding.{exchange}` is a set of `routing key SEP pattern SEP queue`; it stays while the queue is idle
//   - `{queue}` is a list (LPUSH, BRPOP: the tail is next), `{queue}SEP{n}` one for each priority above 0
//   - `unacked` is a hash of `[message, exchange, routing key]`, for all queues: what workers have taken and not acknowledged. A task is
//     acknowledged when it starts, unless it has acks_late: so a running task is in no key. A task with an ETA stays there until it is due.
//   - no message has the time when it was sent
//   - each worker binds a queue to `celery.pidbox`, but none says which queues it serves
var celeryKind = kind{"celery", []string{waiting, active, delayed}, []string{}}

const (
	kombuSeparator = "\x06\x16"
	kombuBinding   = "_kombu.binding."
	// Priorities are 0 to 9; which of them have a list of their own depends on the app's priority_steps.
	kombuPriorities = 10
	// More unacknowledged messages than this are not assigned to their queues: each has its whole payload.
	maxUnacked = 1_000
)

var celeryOwn = regexp.MustCompile(`^(?:(?:reply\.)?celery\.pidbox|celeryev)$|\.celery\.pidbox$|^celeryev\.`)

type celerySource struct {
	client *resp.Client
	prefix string
	sep    string
	names  watchedNames
	// bindings are the exchanges whose sets were found.
	bindings seenNames
	// routes are the queues of an exchange and a routing key.
	routes map[[2]string]string
}

func newCelerySource(client *resp.Client, cfg Config) reader {
	source := &celerySource{client: client, prefix: textOr(cfg.Prefix, ""), sep: textOr(cfg.Separator, kombuSeparator), routes: map[[2]string]string{}}
	source.names = watchedNames{named: cfg.Queues, denied: "This Redis user may not look for queues (SCAN): name them, queues: [celery]"}
	source.names.discovery = &discovery{client: client, patterns: []keyPattern{{
		match: escapeGlob(source.prefix+kombuBinding) + "*", kind: "set",
		found: func(key string) {
			if exchange := strings.TrimPrefix(key, source.prefix+kombuBinding); !celeryOwn.MatchString(exchange) {
				source.bindings.add(exchange)
			}
		},
	}}}
	return source
}

func (s *celerySource) facts() facts {
	return facts{driver: celeryKind.driver, place: placeOf(s.client.Address(), s.prefix), names: s.names.named,
		states: celeryKind.states, capabilities: celeryKind.capabilities}
}

func (s *celerySource) locates(string, string) bool { return false }

func (s *celerySource) close() error { return s.client.Close() }

func (s *celerySource) read(ctx context.Context) (SourceReading, error) {
	opened, err := open(ctx, s.client)
	if err != nil {
		return SourceReading{}, err
	}
	s.names.discovery.scan(ctx)
	s.readBindings(ctx)
	names, err := s.names.list(ctx)
	if err != nil {
		return SourceReading{}, err
	}
	taken := s.readUnacked(ctx, names, opened.now)
	result := SourceReading{Server: opened.server, Left: s.names.leftOut()}
	commands := make([][]string, 0, kombuPriorities*len(names))
	for _, name := range names {
		commands = append(commands, []string{"llen", s.prefix + name})
		for priority := 1; priority < kombuPriorities; priority++ {
			commands = append(commands, []string{"llen", s.prefix + name + s.sep + strconv.Itoa(priority)})
		}
	}
	replies := s.client.SendInPortions(ctx, commands, portion)
	for index, name := range names {
		own := replies[kombuPriorities*index : kombuPriorities*(index+1)]
		message, err := firstError(own, "A key of this queue holds no list (WRONGTYPE)")
		if err != nil {
			return SourceReading{}, err
		}
		result.Queues = append(result.Queues, s.readingOf(name, own, message, taken))
	}
	return result, nil
}

func (s *celerySource) readingOf(name string, lengths []resp.Reply, message string, taken unacked) Reading {
	reading := celeryKind.broken(name, message)
	if message != "" {
		return reading
	}
	for _, length := range lengths {
		reading.Metrics[waiting] += resp.Count(length.Value)
	}
	if taken.isAssigned {
		reading.Metrics[active], reading.Metrics[delayed] = taken.active[name], taken.delayed[name]
	} else if taken.total > 0 {
		reading.Meta = map[string]any{"unackedInAllQueues": taken.total}
	}
	if due := taken.due[name]; due != nil {
		reading.OverdueMs = due
	}
	return reading
}

func (s *celerySource) readBindings(ctx context.Context) {
	exchanges := s.bindings.list()
	var sizes [][]string
	for _, exchange := range exchanges {
		sizes = append(sizes, []string{"scard", s.prefix + kombuBinding + exchange})
	}
	var asked [][]string
	var of []string
	for index, reply := range s.client.SendInPortions(ctx, sizes, portion) {
		if size := resp.Count(reply.Value); size > 0 && size <= maxQueues {
			asked = append(asked, []string{"smembers", s.prefix + kombuBinding + exchanges[index]})
			of = append(of, exchanges[index])
		}
	}
	for index, reply := range s.client.SendInPortions(ctx, asked, portion) {
		for _, member := range resp.Texts(reply.Value) {
			s.bind(of[index], member)
		}
	}
}

func (s *celerySource) bind(exchange, member string) {
	parts := strings.Split(member, s.sep)
	queue := parts[len(parts)-1]
	if len(parts) < 3 || queue == "" || celeryOwn.MatchString(queue) {
		return
	}
	if len(s.routes) < 2*maxQueues {
		s.routes[[2]string{exchange, parts[0]}] = queue
	}
	s.names.seen.add(queue)
}

// unacked are the messages that workers have taken, by queue.
type unacked struct {
	isAssigned bool
	total      float64
	active     map[string]float64
	delayed    map[string]float64
	// due is for how long the most overdue task has been due, ms.
	due map[string]*float64
}

func (s *celerySource) readUnacked(ctx context.Context, names []string, now float64) unacked {
	taken := unacked{active: map[string]float64{}, delayed: map[string]float64{}, due: map[string]*float64{}}
	key := s.prefix + "unacked"
	length := s.client.Send(ctx, []string{"hlen", key})[0]
	taken.total = resp.Count(length.Value)
	if length.Err != nil || taken.total > maxUnacked {
		return taken
	}
	taken.isAssigned = true
	if taken.total == 0 {
		return taken
	}
	reply := s.client.Send(ctx, []string{"hvals", key})[0]
	for _, value := range resp.List(reply.Value) {
		text, is := resp.Text(value)
		queue, eta := s.routeOf(text)
		if !is || queue == "" {
			taken.isAssigned = len(names) == 1
			if taken.isAssigned {
				taken.active[names[0]]++
			}
			continue
		}
		taken.count(queue, eta, now)
	}
	taken.isAssigned = taken.isAssigned && reply.Err == nil
	return taken
}

func (u *unacked) count(queue string, eta *float64, now float64) {
	if eta == nil {
		u.active[queue]++
		return
	}
	u.delayed[queue]++
	if late := now - *eta; late >= dueGrace && (u.due[queue] == nil || *u.due[queue] < late) {
		u.due[queue] = &late
	}
}

// routeOf is the queue of a message, and its ETA. Without an exchange the routing key is the queue.
func (s *celerySource) routeOf(text string) (string, *float64) {
	var parts []json.RawMessage
	var message struct {
		Headers struct {
			ETA string `json:"eta"`
		} `json:"headers"`
	}
	var exchange, key string
	if json.Unmarshal([]byte(text), &parts) != nil || len(parts) < 3 || json.Unmarshal(parts[0], &message) != nil {
		return "", nil
	}
	if json.Unmarshal(parts[1], &exchange) != nil || json.Unmarshal(parts[2], &key) != nil {
		return "", nil
	}
	queue := s.routes[[2]string{exchange, key}]
	if exchange == "" {
		queue = key
	}
	if at, err := time.Parse(time.RFC3339Nano, message.Headers.ETA); err == nil {
		return queue, known(float64(at.UnixMilli()))
	}
	return queue, nil
}
