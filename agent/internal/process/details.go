package process

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"time"
)

// rematchAfter: a process that executes another program gets another command line.
const rematchAfter = time.Minute

// details of a process: which rules it matches. Its texts are not kept, and not matched again while they are the same, because thousands of
// long command lines and a slow expression cost much of both.
type details struct {
	name    string
	texts   uint64
	matches map[*Rule]bool
	readAt  time.Time
}

// readDetails ends when the time is over. What it has found so far remains, so that the next look goes on from there.
func (w *Watch) readDetails(ctx context.Context, entries []entry, now time.Time) error {
	isNeeded := slices.ContainsFunc(w.rules, func(watched *ruleWatch) bool { return watched.rule.needsTexts() && watched.rule.PidFile == "" })
	if !isNeeded {
		return nil
	}
	for _, one := range entries {
		if ctx.Err() != nil {
			return errors.New("matching all processes takes too long: simplify the rules' expressions")
		}
		w.detailsOf(one, now)
	}
	return nil
}

func (w *Watch) detailsOf(one entry, now time.Time) *details {
	known := w.details[one.Key]
	if known != nil && known.name == one.name && now.Sub(known.readAt) <= rematchAfter {
		return known
	}
	commandLine, cgroup := w.table.commandLine(one.PID), w.table.cgroup(one.PID)
	texts := maphash.String(w.seed, one.name+"\x00"+commandLine+"\x00"+cgroup)
	if known == nil || known.texts != texts {
		known = &details{name: one.name, texts: texts, matches: map[*Rule]bool{}}
		for _, watched := range w.rules {
			if watched.rule.matchesTexts(one.name, commandLine, cgroup) {
				known.matches[watched.rule] = true
			}
		}
	}
	known.readAt = now
	w.details[one.Key] = known
	return known
}
