package process

import (
	"context"
	"hash/maphash"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"
)

// forgetAfter: a slot of a process that nothing has replaced is used again by the next one.
const forgetAfter = 24 * time.Hour

// Figures of one process, or sums of the processes of a rule. nil is unknown. Sizes are bytes.
type Figures struct {
	// Slot numbers the processes of a rule from 1. A process that replaces another one gets its slot. 0 for sums.
	Slot int
	// PID of the process; for sums that of the oldest.
	PID  int
	Name string
	// Cores that it kept busy since the last look; nil at the first one.
	Cores            *float64
	RSS, Threads     *float64
	Descriptors      *float64
	DescriptorsLimit *float64
	// Uptime in seconds; for sums that of the oldest.
	Uptime float64
	// Restarts since the agent watches: ends of a process that another one replaced.
	Restarts int
	// Processes that the figures are of.
	Processes int
}

// Look is what a rule found.
type Look struct {
	Rule *Rule
	// Nodes are one for each process, or one with the sums; empty if nothing matches.
	Nodes []Figures
	// LeftOut counts processes beyond the rule's maximum.
	LeftOut int
	// Problem says why the rule can't be followed, such as an unreadable pid file; else empty.
	Problem string
}

// Watch follows rules. Its methods must not be called concurrently.
type Watch struct {
	table   table
	root    string
	own     int
	rules   []*ruleWatch
	cpu     map[Key]time.Duration
	lastAt  time.Time
	details map[Key]*details
	seed    maphash.Seed
}

type ruleWatch struct {
	rule  *Rule
	slots []slot
}

type slot struct {
	key      Key
	isLive   bool
	endedAt  time.Time
	restarts int
}

// NewWatch takes rules that were checked. proc and root are where the host's /proc and / are mounted; empty: the agent's own.
func NewWatch(rules []Rule, proc, root string) *Watch {
	watch := &Watch{table: newTable(proc), root: root, own: os.Getpid(), details: map[Key]*details{}, seed: maphash.MakeSeed()}
	for index := range rules {
		watch.rules = append(watch.rules, &ruleWatch{rule: &rules[index]})
	}
	return watch
}

// Look reads the processes of all rules once.
func (w *Watch) Look(ctx context.Context) ([]Look, error) {
	if len(w.rules) == 0 {
		return nil, nil
	}
	entries, err := w.table.list(ctx)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	sort.Slice(entries, func(a, b int) bool { return older(entries[a].Key, entries[b].Key) })
	w.forgetEnded(entries)
	if err := w.readDetails(ctx, entries, now); err != nil {
		return nil, err
	}
	family := familyOf(entries)
	looks := make([]Look, 0, len(w.rules))
	used := map[Key]time.Duration{}
	for _, rule := range w.rules {
		looks = append(looks, w.follow(rule, entries, family, used, now))
	}
	w.cpu, w.lastAt = used, now
	return looks, nil
}

func older(a, b Key) bool {
	if a.Started != b.Started {
		return a.Started < b.Started
	}
	return a.PID < b.PID
}

func (w *Watch) follow(watched *ruleWatch, entries []entry, family map[int][]int, used map[Key]time.Duration, now time.Time) Look {
	look := Look{Rule: watched.rule}
	matched, problem := w.match(watched.rule, entries, family, now)
	look.Problem = problem
	if len(matched) > watched.rule.Max && !watched.rule.Sum {
		look.LeftOut = len(matched) - watched.rule.Max
		matched = matched[:watched.rule.Max]
	}
	numbers := watched.assign(matched, now)
	for _, one := range matched {
		figures := w.measure(one, now)
		used[one.Key] = one.cpu
		figures.Slot = numbers[one.Key] + 1
		figures.Restarts = watched.slots[figures.Slot-1].restarts
		look.Nodes = append(look.Nodes, figures)
	}
	if watched.rule.Sum && len(look.Nodes) > 0 {
		look.Nodes = []Figures{sumOf(look.Nodes, watched.slots)}
	}
	return look
}

func (w *Watch) match(rule *Rule, entries []entry, family map[int][]int, now time.Time) (matched []entry, problem string) {
	pid := 0
	if rule.PidFile != "" {
		if pid, problem = w.readPidFile(rule.PidFile); pid == 0 {
			return nil, problem
		}
	}
	selected := map[int]bool{}
	for _, one := range entries {
		if one.PID != w.own && (pid == 0 || one.PID == pid) && w.matches(rule, one, now) {
			selected[one.PID] = true
		}
	}
	if rule.Children || rule.PidFile != "" {
		addDescendants(selected, family)
	}
	for _, one := range entries {
		if selected[one.PID] && one.PID != w.own {
			matched = append(matched, one)
		}
	}
	return matched, ""
}

func (w *Watch) matches(rule *Rule, one entry, now time.Time) bool {
	if !rule.needsTexts() {
		return true
	}
	return w.detailsOf(one, now).matches[rule]
}

func (w *Watch) forgetEnded(entries []entry) {
	live := make(map[Key]bool, len(entries))
	for _, one := range entries {
		live[one.Key] = true
	}
	for key := range w.details {
		if !live[key] {
			delete(w.details, key)
		}
	}
}

func (w *Watch) readPidFile(path string) (pid int, problem string) {
	data, err := os.ReadFile(filepath.Join("/", w.root, path))
	if err != nil {
		return 0, "the pid file " + path + " can't be read"
	}
	pid, err = strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil || pid <= 0 {
		return 0, "the pid file " + path + " has no number"
	}
	return pid, ""
}

func familyOf(entries []entry) map[int][]int {
	family := map[int][]int{}
	for _, one := range entries {
		family[one.parent] = append(family[one.parent], one.PID)
	}
	return family
}

func addDescendants(selected map[int]bool, family map[int][]int) {
	waiting := make([]int, 0, len(selected))
	for pid := range selected {
		waiting = append(waiting, pid)
	}
	for len(waiting) > 0 {
		pid := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		for _, child := range family[pid] {
			if !selected[child] {
				selected[child] = true
				waiting = append(waiting, child)
			}
		}
	}
}

func (w *Watch) measure(one entry, now time.Time) Figures {
	rss, threads := one.rss, one.threads
	figures := Figures{PID: one.PID, Name: one.name, RSS: &rss, Threads: &threads, Uptime: one.age.Seconds(), Processes: 1}
	if before, ok := w.cpu[one.Key]; ok && now.After(w.lastAt) {
		cores := max(0, (one.cpu-before).Seconds()/now.Sub(w.lastAt).Seconds())
		figures.Cores = &cores
	}
	figures.Descriptors, figures.DescriptorsLimit = w.table.descriptors(one.PID)
	return figures
}
