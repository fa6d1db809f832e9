package queues

import (
	"context"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

const (
	// Horizon's own limits, s: a process that has reported nothing for longer is not running.
	masterLife     = 14
	supervisorLife = 29
	// More rows than any fleet has.
	maxRows = "999"
	// More queues than one Horizon measures.
	maxMeasured = 5_000
)

// pool are processes that work on the same queues.
type pool struct {
	queues    []string
	processes float64
	paused    bool
}

// horizonState is what a Horizon reports about itself.
type horizonState struct {
	// status is running, paused or inactive.
	status string
	pools  []pool
	// measured are queues that it has metrics for, by their names in the app.
	measured []string
	// lastSnapshotAt is Unix ms.
	lastSnapshotAt *float64
}

func readHorizon(ctx context.Context, client *resp.Client, horizon string, now float64) (*horizonState, *resp.Error) {
	replies := client.Send(ctx,
		[]string{"zrange", horizon + "masters", "0", maxRows, "WITHSCORES"},
		[]string{"zrange", horizon + "supervisors", "0", maxRows, "WITHSCORES"},
		[]string{"scard", horizon + "measured_queues"},
		[]string{"get", horizon + "last_snapshot_at"})
	if err := anyError(replies); err != nil {
		return nil, err
	}
	state := &horizonState{}
	if seconds := resp.Number(replies[3].Value); seconds != nil {
		state.lastSnapshotAt = known(*seconds * 1_000)
	}
	masters, supervisors := living(replies[0].Value, now, masterLife), living(replies[1].Value, now, supervisorLife)
	if err := state.readProcesses(ctx, client, horizon, masters, supervisors); err != nil {
		return nil, err
	}
	return state, state.readMeasured(ctx, client, horizon, resp.Count(replies[2].Value))
}

func anyError(replies []resp.Reply) *resp.Error {
	for _, reply := range replies {
		if reply.Err != nil {
			return reply.Err
		}
	}
	return nil
}

func living(reply any, now float64, life float64) []string {
	var names []string
	for _, one := range resp.ScoredOf(reply) {
		if one.Score >= math.Floor(now/1_000)-life {
			names = append(names, one.Member)
		}
	}
	return names
}

var anyQueue = regexp.MustCompile(`(?s)queue:(.+)$`)

// readMeasured reads none if there are more than the limit: an arbitrary part of them would be of no use. Members are whole keys, including
// any prefix of the app's client.
func (s *horizonState) readMeasured(ctx context.Context, client *resp.Client, horizon string, count float64) *resp.Error {
	if count == 0 || count > maxMeasured {
		return nil
	}
	reply := client.Send(ctx, []string{"smembers", horizon + "measured_queues"})[0]
	for _, member := range resp.Texts(reply.Value) {
		name, isOwn := strings.CutPrefix(member, horizon+"queue:")
		if match := anyQueue.FindStringSubmatch(member); !isOwn && match != nil {
			name, isOwn = match[1], true
		}
		if isOwn && name != "" {
			s.measured = append(s.measured, name)
		}
	}
	slices.Sort(s.measured)
	return reply.Err
}

func (s *horizonState) readProcesses(ctx context.Context, client *resp.Client, horizon string, masters, supervisors []string) *resp.Error {
	var commands [][]string
	for _, name := range masters {
		commands = append(commands, []string{"hmget", horizon + "master:" + name, "name", "status"})
	}
	for _, name := range supervisors {
		commands = append(commands, []string{"hmget", horizon + "supervisor:" + name, "status", "processes"})
	}
	replies := client.SendInPortions(ctx, commands, portion)
	if err := anyError(replies); err != nil {
		return err
	}
	s.status = statusOf(replies[:len(masters)])
	if s.status == "inactive" {
		return nil
	}
	for _, reply := range replies[len(masters):] {
		row := resp.List(reply.Value)
		s.pools = append(s.pools, poolsOf(resp.TextOf(row[0]), resp.TextOf(row[1]))...)
	}
	return nil
}

// statusOf: Redis expires the hash of a master 15 s after its last report, whatever its clock shows.
func statusOf(masters []resp.Reply) string {
	status := "inactive"
	for _, reply := range masters {
		row := resp.List(reply.Value)
		if _, isAlive := resp.Text(row[0]); !isAlive {
			continue
		}
		if resp.TextOf(row[1]) != "paused" {
			return "running"
		}
		status = "paused"
	}
	return status
}

// poolsOf reads `{"redis:default,mails":3}`: the connection of the app, then the queues that the processes share.
func poolsOf(status, processes string) []pool {
	var pools []pool
	for key, raw := range fieldsOf(processes) {
		var count float64
		if json.Unmarshal(raw, &count) != nil || string(raw) == "null" {
			continue
		}
		_, list, found := strings.Cut(key, ":")
		if !found {
			list = key
		}
		names := strings.Split(list, ",")
		for index, name := range names {
			names[index] = bareName(name)
		}
		pools = append(pools, pool{names, count, status == "paused"})
	}
	return pools
}

// workersOf are the workers of one queue according to Horizon, by its name without braces.
func (s *horizonState) workersOf(name string) (workers *float64, paused *bool) {
	sum, serving, pausedPools := 0.0, 0, 0
	for _, one := range s.pools {
		if !slices.Contains(one.queues, name) {
			continue
		}
		sum += one.processes
		serving++
		if one.paused {
			pausedPools++
		}
	}
	if s.status != "inactive" {
		paused = flag(s.status == "paused" || (serving > 0 && serving == pausedPools))
	}
	return &sum, paused
}
