package queues

import (
	"context"
	"math"
	"regexp"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

// A script call with more queues would block the server for too long.
const queuesACall = 200

// bullScript reads everything that one poll needs of many queues, in one call: 200 queues block the server for some milliseconds, so it
// skips whatever is empty. It searches the oldest waiting job where it should be: at the tails of the lists (also the two before the last,
// if its hash shows nothing), first among the prioritized, and first among those of the lowest priority.
var bullScript = scriptOf(`
local call = redis.call
local time = call('TIME')

local function waiter(base, id)
  local job = redis.pcall('HMGET', base .. id, 'timestamp', 'processedOn', 'atm', 'attemptsMade', 'opts')
  -- An id may lead to a key that is no hash: that costs this id, and not the queue.
  if job.err then return { false, false, false, false } end
  local delay = job[5] and string.match(job[5], '"delay":(%d+)')
  return { job[1], job[2], job[3] or job[4], delay or false }
end

local function tail(base, list, into)
  local last = waiter(base, call('LINDEX', base .. list, -1))
  into[#into + 1] = last
  if last[1] and (last[2] or not last[3]) then return end
  for _, id in ipairs(call('LRANGE', base .. list, -3, -2)) do into[#into + 1] = waiter(base, id) end
end

local function prioritized(base, count, into)
  local key = base .. 'prioritized'
  local first = call('ZRANGE', key, 0, 0)[1]
  into[#into + 1] = waiter(base, first)
  if count == 1 then return end
  local last = call('ZRANGE', key, -1, -1, 'WITHSCORES')
  local lowest = string.format('%.0f', math.floor(last[2] / 4294967296) * 4294967296)
  local oldest = call('ZRANGEBYSCORE', key, lowest, '+inf', 'LIMIT', 0, 1)[1]
  if oldest and oldest ~= first then into[#into + 1] = waiter(base, oldest) end
end

local function read(base)
  local wait, paused = call('LLEN', base .. 'wait'), call('LLEN', base .. 'paused')
  local active, urgent = call('LLEN', base .. 'active'), call('ZCARD', base .. 'prioritized')
  local delayed, parents = call('ZCARD', base .. 'delayed'), call('ZCARD', base .. 'waiting-children')
  local completed, failed = call('ZCARD', base .. 'completed'), call('ZCARD', base .. 'failed')
  local meta = call('HMGET', base .. 'meta', 'paused', 'version', 'concurrency')
  local due = delayed > 0 and call('ZRANGE', base .. 'delayed', 0, 0, 'WITHSCORES')[2]
  local old = {}
  if wait > 0 then tail(base, 'wait', old) end
  if paused > 0 then tail(base, 'paused', old) end
  if urgent > 0 then prioritized(base, urgent, old) end
  return { wait, paused, active, urgent, delayed, parents, completed, failed, call('GET', base .. 'id'),
    meta[1], meta[2], meta[3], due, old }
end

local answer = { string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)) }
for index, base in ipairs(ARGV) do
  local isRead, counts = pcall(read, base)
  if not isRead then counts = type(counts) == 'table' and counts.err or tostring(counts) end
  answer[index + 1] = counts
end
return answer
`)

// bullCounts is a queue's state in Redis.
type bullCounts struct {
	wait, pausedList, active, prioritized, delayed, waitingChildren, completed, failed float64
	// lastId is the number of jobs added since the queue exists; nil if there is no counter.
	lastID      *float64
	paused      bool
	version     string
	concurrency *float64
	// due is when the first delayed job is due, ms.
	due     *float64
	waiters []waiter
	// err is why the queue could not be read.
	err *resp.Error
}

// waiter is the history of a waiting job, from its hash.
type waiter struct {
	addedAt, startedAt *float64
	attempts, delay    float64
}

// pending are the jobs that have not ended.
func (c bullCounts) pending() float64 {
	return c.wait + c.pausedList + c.active + c.prioritized + c.delayed + c.waitingChildren
}

// waitingSince is when the job that has waited longest started to wait; nil if no job shows it.
func (c bullCounts) waitingSince(now float64) *float64 {
	var since *float64
	for _, one := range c.waiters {
		since = earlier(since, one.since(now))
	}
	return since
}

// since: a delayed job waits since its delay ended; a retried one, at the earliest, since it last started. After a manual retry the time is
// unknown.
func (w waiter) since(now float64) *float64 {
	switch {
	case w.addedAt == nil || (w.attempts > 0 && w.startedAt == nil):
		return nil
	case w.startedAt != nil:
		return w.startedAt
	case *w.addedAt+w.delay > now:
		return w.addedAt
	}
	return known(*w.addedAt + w.delay)
}

func waiterOf(values []any) waiter {
	at := func(index int) any {
		if index < len(values) {
			return values[index]
		}
		return nil
	}
	return waiter{resp.Number(at(0)), resp.Number(at(1)), resp.Count(at(2)), resp.Count(at(3))}
}

// countsOf takes values in the order in which the script returns them.
func countsOf(values []any, waiters []waiter) bullCounts {
	count := func(index int) float64 { return resp.Count(values[index]) }
	_, paused := resp.Text(values[9])
	return bullCounts{
		wait: count(0), pausedList: count(1), active: count(2), prioritized: count(3), delayed: count(4),
		waitingChildren: count(5), completed: count(6), failed: count(7), lastID: resp.Number(values[8]),
		paused: paused, version: resp.TextOf(values[10]), concurrency: resp.Number(values[11]),
		due: dueAt(resp.Number(values[12])), waiters: waiters,
	}
}

const maxTime = 8.64e15

// dueAt: delayed jobs are sorted by the time when they are due, times 4096.
func dueAt(score *float64) *float64 {
	if score == nil {
		return nil
	}
	at := math.Floor(*score / 4096)
	if at <= 0 || at > maxTime {
		return nil
	}
	return &at
}

// readBullCounts reads queues by the prefixes of their keys, and Redis' clock, ms.
func readBullCounts(ctx context.Context, scripts *scriptRunner, bases []string, now float64) ([]bullCounts, float64, error) {
	all := make([]bullCounts, 0, len(bases))
	for start := 0; start < len(bases); start += queuesACall {
		some := bases[start:min(start+queuesACall, len(bases))]
		counts, at, err := readSomeCounts(ctx, scripts, some, now)
		if err != nil {
			return nil, 0, err
		}
		all, now = append(all, counts...), at
	}
	return all, now, nil
}

func readSomeCounts(ctx context.Context, scripts *scriptRunner, bases []string, now float64) ([]bullCounts, float64, error) {
	reply, isRun := scripts.run(ctx, bullScript, bases)
	if !isRun {
		counts, err := countsByPipeline(ctx, scripts.client, bases)
		return counts, now, err
	}
	if reply.Err != nil {
		return nil, 0, inWords(reply.Err)
	}
	lists := resp.List(reply.Value)
	if len(lists) != len(bases)+1 {
		return nil, 0, &resp.Error{Code: "ERR", Message: "Redis answered a script with something else"}
	}
	if at := resp.Number(lists[0]); at != nil {
		now = *at
	}
	counts := make([]bullCounts, len(bases))
	for index, list := range lists[1:] {
		counts[index] = countsOfScript(list, scripts.client.Address().Where)
	}
	return counts, now, nil
}

func countsOfScript(value any, where string) bullCounts {
	values := resp.List(value)
	if len(values) != 14 {
		return bullCounts{err: queueError(resp.TextOf(value), where)}
	}
	var waiters []waiter
	for _, one := range resp.List(values[13]) {
		waiters = append(waiters, waiterOf(resp.List(one)))
	}
	return countsOf(values, waiters)
}

func queueError(text, where string) *resp.Error {
	if text == "" {
		text = "no answer"
	}
	err := resp.Described(text, where)
	if err.Code == "WRONGTYPE" {
		err.Message = "A key of the queue holds another type of data (" + where + ", WRONGTYPE)"
	}
	return err
}

const commandsAQueue = 14

func countCommands(base string) [][]string {
	return [][]string{
		{"llen", base + "wait"},
		{"llen", base + "paused"},
		{"llen", base + "active"},
		{"zcard", base + "prioritized"},
		{"zcard", base + "delayed"},
		{"zcard", base + "waiting-children"},
		{"zcard", base + "completed"},
		{"zcard", base + "failed"},
		{"get", base + "id"},
		{"hmget", base + "meta", "paused", "version", "concurrency"},
		{"zrange", base + "delayed", "0", "0", "WITHSCORES"},
		{"lrange", base + "wait", "-3", "-1"},
		{"lrange", base + "paused", "-3", "-1"},
		{"zrange", base + "prioritized", "0", "0"},
	}
}

// countsByPipeline is the way where scripts are denied: the same commands one by one, in two rounds.
func countsByPipeline(ctx context.Context, client *resp.Client, bases []string) ([]bullCounts, error) {
	var commands [][]string
	for _, base := range bases {
		commands = append(commands, countCommands(base)...)
	}
	replies := client.SendInPortions(ctx, commands, portion)
	if err := refusedAll(replies); err != nil {
		return nil, inWords(err)
	}
	var asked [][]string
	for index, base := range bases {
		for _, reply := range replies[index*commandsAQueue : (index+1)*commandsAQueue][11:] {
			for _, id := range resp.Texts(reply.Value) {
				asked = append(asked, []string{"hmget", base + id, "timestamp", "processedOn", "atm", "attemptsMade", "opts"})
			}
		}
	}
	hashes := client.SendInPortions(ctx, asked, portion)
	counts := make([]bullCounts, len(bases))
	for index := range bases {
		counts[index], hashes = joinedCounts(replies[index*commandsAQueue:(index+1)*commandsAQueue], hashes)
	}
	return counts, nil
}

func refusedAll(replies []resp.Reply) *resp.Error {
	for _, reply := range replies {
		if reply.Err == nil {
			return nil
		}
	}
	if len(replies) == 0 {
		return nil
	}
	return replies[0].Err
}

// joinedCounts takes the hashes of this queue's waiting jobs, and returns the others.
func joinedCounts(replies, hashes []resp.Reply) (bullCounts, []resp.Reply) {
	var waiters []waiter
	for _, reply := range replies[11:] {
		count := len(resp.Texts(reply.Value))
		for _, hash := range hashes[:count] {
			waiters = append(waiters, waiterOfHash(resp.List(hash.Value)))
		}
		hashes = hashes[count:]
	}
	for _, reply := range replies {
		if reply.Err != nil {
			return bullCounts{err: inWords(reply.Err)}, hashes
		}
	}
	values := make([]any, 0, 13)
	for _, reply := range replies[:9] {
		values = append(values, reply.Value)
	}
	values = append(values, resp.List(replies[9].Value)...)
	var due any
	if first := resp.List(replies[10].Value); len(first) == 2 {
		due = first[1]
	}
	return countsOf(append(values, due), waiters), hashes
}

var delayIn = regexp.MustCompile(`"delay":(\d+)`)

func waiterOfHash(values []any) waiter {
	if len(values) != 5 {
		return waiter{}
	}
	attempts := values[2]
	if attempts == nil {
		attempts = values[3]
	}
	var delay any
	if match := delayIn.FindStringSubmatch(resp.TextOf(values[4])); match != nil {
		delay = match[1]
	}
	return waiterOf([]any{values[0], values[1], attempts, delay})
}
