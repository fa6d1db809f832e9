package queues

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

// Sidekiq 6 to 8, written from its documented layout and not run against a real Sidekiq:
//   - `queues` is a set of names, `queue:{name}` a list of jobs (LPUSH, BRPOP: the tail is next)
//   - `schedule`, `retry` and `dead` are sorted sets by time (Unix s) with the jobs of all queues; each job's JSON names its queue
//   - `enqueued_at` is Unix s with a fraction, since Sidekiq 8 whole ms
//   - `processes` is a set of identities; the hash `{identity}` has `info` (JSON with `queues`) and expires a minute after its last beat;
//     `{identity}:work` (before 7: `{identity}:workers`) is a hash of the jobs at work, with `queue`
//   - `paused` is a set of names (Sidekiq Pro)
var sidekiqKind = kind{"sidekiq", []string{waiting, active, delayed, failed}, []string{}}

const (
	// More processes, or jobs in one of the shared sets, than this are not assigned to queues.
	maxSidekiqProcesses = 1_000
	maxSidekiqShared    = 10_000
	sharedWindow        = 1_000
	sharedAgain         = 30 * time.Second
	// The poller of due jobs comes round within this time, ms, even with many processes.
	sidekiqGrace = 60_000
	// Above it a time is in ms: in seconds it would be the year 5138.
	latestSeconds = 1e11
)

type sidekiqSource struct {
	client *resp.Client
	prefix string
	named  []string
	seen   seenNames
	shared map[string]*sharedSet
}

func newSidekiqSource(client *resp.Client, cfg Config) reader {
	source := &sidekiqSource{client: client, prefix: textOr(cfg.Prefix, ""), named: cfg.Queues, shared: map[string]*sharedSet{}}
	for _, name := range []string{"schedule", "retry", "dead"} {
		source.shared[name] = &sharedSet{client: client, key: source.prefix + name}
	}
	return source
}

func (s *sidekiqSource) facts() facts {
	return facts{driver: sidekiqKind.driver, place: placeOf(s.client.Address(), s.prefix), names: s.named,
		states: sidekiqKind.states, capabilities: sidekiqKind.capabilities}
}

func (s *sidekiqSource) locates(string, string) bool { return false }

func (s *sidekiqSource) close() error { return s.client.Close() }

func (s *sidekiqSource) read(ctx context.Context) (SourceReading, error) {
	opened, err := open(ctx, s.client)
	if err != nil {
		return SourceReading{}, err
	}
	names, paused, err := s.names(ctx)
	if err != nil {
		return SourceReading{}, err
	}
	for _, set := range s.shared {
		set.refresh(ctx)
	}
	crew := s.readCrew(ctx)
	commands := make([][]string, 0, 2*len(names))
	for _, name := range names {
		commands = append(commands, []string{"llen", s.prefix + "queue:" + name}, []string{"lindex", s.prefix + "queue:" + name, "-1"})
	}
	replies := s.client.SendInPortions(ctx, commands, portion)
	result := SourceReading{Server: opened.server}
	if s.named == nil {
		result.Left = s.seen.left.size()
	}
	for index, name := range names {
		own := replies[2*index : 2*index+2]
		message, err := firstError(own, "The key of this queue holds no list (WRONGTYPE)")
		if err != nil {
			return SourceReading{}, err
		}
		reading := sidekiqKind.broken(name, message)
		if message == "" {
			reading.Metrics[waiting] = resp.Count(own[0].Value)
			reading.OldestMs = ageOf(enqueuedAt(resp.TextOf(own[1].Value)), opened.now)
			s.fill(&reading, crew, opened.now)
			if paused != nil {
				reading.Paused = flag(slices.Contains(paused, name))
			}
		}
		result.Queues = append(result.Queues, reading)
	}
	return result, nil
}

// names are in a set, which Sidekiq keeps; paused is nil if it cannot be read.
func (s *sidekiqSource) names(ctx context.Context) (names, paused []string, err error) {
	replies := s.client.Send(ctx, []string{"scard", s.prefix + "queues"}, []string{"smembers", s.prefix + "paused"})
	if replies[1].Err == nil {
		paused = append([]string{}, resp.Texts(replies[1].Value)...)
	}
	if s.named != nil {
		return s.named, paused, nil
	}
	if replies[0].Err != nil {
		return nil, nil, inWords(replies[0].Err)
	}
	if resp.Count(replies[0].Value) > 10*maxQueues {
		return nil, nil, &resp.Error{Code: "ERR", Message: "Sidekiq has more queues here than the agent reads: name them, queues: [default]"}
	}
	reply := s.client.Send(ctx, []string{"smembers", s.prefix + "queues"})[0]
	if reply.Err != nil {
		return nil, nil, inWords(reply.Err)
	}
	for _, name := range resp.Texts(reply.Value) {
		s.seen.add(name)
	}
	return s.seen.list(), paused, nil
}

func (s *sidekiqSource) fill(reading *Reading, crew crew, now float64) {
	schedule, retry, dead := s.shared["schedule"], s.shared["retry"], s.shared["dead"]
	name, meta := reading.Name, map[string]any{}
	if schedule.isWhole && retry.isWhole {
		reading.Metrics[delayed] = schedule.counts[name] + retry.counts[name]
		if late := ageOf(earlier(schedule.due[name], retry.due[name]), now); late != nil && *late >= sidekiqGrace {
			reading.OverdueMs = late
		}
	} else if schedule.isRead && retry.isRead {
		meta["delayedInAllQueues"] = schedule.total + retry.total
	}
	if dead.isWhole {
		reading.Metrics[failed] = dead.counts[name]
	} else if dead.isRead {
		meta["deadInAllQueues"] = dead.total
	}
	if crew.isKnown {
		reading.Metrics[active] = crew.atWork[name]
		reading.Workers = known(crew.serving[name])
	}
	if len(meta) > 0 {
		reading.Meta = meta
	}
}

func enqueuedAt(job string) *float64 {
	at := numberField(fieldsOf(job), "enqueued_at")
	if at == nil || *at <= 0 {
		return nil
	}
	if *at < latestSeconds {
		return known(*at * 1_000)
	}
	return at
}

// crew are the living processes: how many serve a queue, and how many of its jobs are at work.
type crew struct {
	isKnown bool
	serving map[string]float64
	atWork  map[string]float64
}

func (s *sidekiqSource) readCrew(ctx context.Context) crew {
	found := crew{serving: map[string]float64{}, atWork: map[string]float64{}}
	size := s.client.Send(ctx, []string{"scard", s.prefix + "processes"})[0]
	if size.Err != nil || resp.Count(size.Value) > maxSidekiqProcesses {
		return found
	}
	reply := s.client.Send(ctx, []string{"smembers", s.prefix + "processes"})[0]
	if reply.Err != nil {
		return found
	}
	identities := resp.Texts(reply.Value)
	var commands [][]string
	for _, identity := range identities {
		key := s.prefix + identity
		commands = append(commands, []string{"hget", key, "info"}, []string{"hvals", key + ":work"}, []string{"hvals", key + ":workers"})
	}
	replies := s.client.SendInPortions(ctx, commands, portion)
	if anyError(replies) != nil {
		return found
	}
	found.isKnown = true
	for index := range identities {
		own := replies[3*index : 3*index+3]
		found.add(resp.TextOf(own[0].Value), append(resp.Texts(own[1].Value), resp.Texts(own[2].Value)...))
	}
	return found
}

// add: a process whose hash has expired is gone, and so is what it worked on.
func (c *crew) add(info string, work []string) {
	var about struct {
		Queues []string `json:"queues"`
	}
	if info == "" || json.Unmarshal([]byte(info), &about) != nil {
		return
	}
	slices.Sort(about.Queues)
	for _, name := range slices.Compact(about.Queues) {
		c.serving[name]++
	}
	for _, text := range work {
		if queue := textField(fieldsOf(text), "queue"); queue != "" {
			c.atWork[queue]++
		}
	}
}

// sharedSet assigns the jobs of a set of all queues to their queues. It is read again when it has changed, a long one at most every 30 s.
type sharedSet struct {
	client    *resp.Client
	key       string
	isRead    bool
	isWhole   bool
	total     float64
	counts    map[string]float64
	due       map[string]*float64
	signature string
	walkedAt  time.Time
}

func (s *sharedSet) refresh(ctx context.Context) {
	replies := s.client.Send(ctx, []string{"zcard", s.key}, []string{"zrange", s.key, "0", "0", "WITHSCORES"}, []string{"zrange", s.key, "-1", "-1", "WITHSCORES"})
	s.isRead = anyError(replies) == nil
	s.total = resp.Count(replies[0].Value)
	if !s.isRead || s.total > maxSidekiqShared {
		s.isWhole, s.signature, s.counts, s.due = false, "", nil, nil
		return
	}
	signature := numberText(s.total)
	for _, reply := range replies[1:] {
		for _, one := range resp.ScoredOf(reply.Value) {
			signature += " " + numberText(one.Score) + " " + one.Member
		}
	}
	if s.isWhole && (signature == s.signature || (s.total > sharedWindow && time.Since(s.walkedAt) < sharedAgain)) {
		return
	}
	s.walk(ctx)
	s.signature = signature
}

func (s *sharedSet) walk(ctx context.Context) {
	s.walkedAt = time.Now()
	s.counts, s.due = map[string]float64{}, map[string]*float64{}
	s.isWhole = true
	for start := 0; float64(start) < s.total; start += sharedWindow {
		reply := s.client.Send(ctx, []string{"zrange", s.key, strconv.Itoa(start), strconv.Itoa(start + sharedWindow - 1), "WITHSCORES"})[0]
		s.isWhole = s.isWhole && reply.Err == nil
		for _, one := range resp.ScoredOf(reply.Value) {
			queue := textField(fieldsOf(one.Member), "queue")
			s.counts[queue]++
			s.due[queue] = earlier(s.due[queue], known(one.Score*1_000))
		}
	}
}
