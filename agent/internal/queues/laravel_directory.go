package queues

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

const (
	// How often jobs are inspected for their Horizon: sooner if new keys were found.
	proveEvery = 60 * time.Second
	// Appended to the place of a name whose braces are not the framework's own: another queue may have the same name without them.
	otherBraces = " {}"
	// Most queues of one connection to inspect.
	maxInspected = 5
)

// directory has all queues and their apps. A queue that was seen once stays: Redis deletes empty lists. A queue's identity depends on its
// key alone, so that later findings never change it.
type directory struct {
	client    *resp.Client
	options   laravelOptions
	placeIn   func(prefix string) string
	scans     []*discovery
	ownership *ownership
	found     map[string]foundQueue
	left      textCount
	// measured are queues that Horizon has metrics for, by Horizon's prefix; failed those that the app's database has failed jobs of.
	measured map[string][]string
	failed   []string
	learnt   int
	// known caches all queues until something new is learnt.
	known   []laravelQueue
	knownOf string

	provedAt time.Time
	provedOf string
}

func newDirectory(client *resp.Client, options laravelOptions, placeIn func(string) string) *directory {
	d := &directory{client: client, options: options, placeIn: placeIn, ownership: newOwnership(options.prefix, options.horizon),
		found: map[string]foundQueue{}, measured: map[string][]string{}}
	if options.prefix == nil || options.names == nil {
		match := "*"
		if options.prefix != nil {
			match = escapeGlob(*options.prefix)
		}
		for _, kind := range []string{"list", "zset"} {
			pattern := keyPattern{match + "queues:*", kind, func(key string) { d.meetKey(key, kind) }}
			d.scans = append(d.scans, &discovery{client: client, patterns: []keyPattern{pattern}})
		}
	}
	if options.horizon == "" && !options.noHorizon {
		meet := horizonTeller(d.ownership.meetHorizon)
		d.scans = append(d.scans, &discovery{client: client, patterns: []keyPattern{
			{"*measured_queues", "set", meet}, {"*horizon:*masters", "zset", meet}, {"*_jobs", "zset", meet},
		}})
	}
	return d
}

var (
	horizonKey    = regexp.MustCompile(`(?s)^(.*?)(measured_queues|masters|(?:recent|recent_failed|pending|completed|silenced|failed|monitored)_jobs)$`)
	horizonPrefix = regexp.MustCompile(`horizon:\}?$`)
)

// horizonTeller: another prefix than Horizon's usual one counts as such only if it has several of Horizon's keys.
func horizonTeller(meet func(string)) func(string) {
	seen := map[string]map[string]bool{}
	return func(key string) {
		match := horizonKey.FindStringSubmatch(key)
		if match == nil || (seen[match[1]] == nil && len(seen) >= maxQueues) {
			return
		}
		if seen[match[1]] == nil {
			seen[match[1]] = map[string]bool{}
		}
		seen[match[1]][match[2]] = true
		if horizonPrefix.MatchString(match[1]) || len(seen[match[1]]) > 1 {
			meet(match[1])
		}
	}
}

func (d *directory) meetKey(key, kind string) {
	if queue, is := readQueueKey(key, kind, d.options.prefix); is {
		d.keep(queue)
	}
	if kind == "list" && d.options.prefix == nil {
		if match := notifyKey.FindStringSubmatch(key); match != nil {
			d.ownership.meetConnection(match[1])
		}
	}
}

func (d *directory) keep(queue foundQueue) {
	d.ownership.meetConnection(queue.prefix)
	key := queue.waiting()
	if _, has := d.found[key]; has {
		return
	}
	if len(d.found) >= maxQueues {
		d.left.add(key)
		return
	}
	d.found[key] = queue
	d.learnt++
}

// look searches for keys, at most once a minute.
func (d *directory) look(ctx context.Context) {
	for _, scan := range d.scans {
		scan.scan(ctx)
	}
	of := fmt.Sprint(d.ownership.allHorizons(), d.ownership.allPrefixes(), len(d.found))
	if of == d.provedOf && time.Since(d.provedAt) < proveEvery {
		return
	}
	d.provedAt, d.provedOf = time.Now(), of
	d.lookForProof(ctx)
}

func (d *directory) isDenied() bool {
	return slices.ContainsFunc(d.scans, func(scan *discovery) bool { return scan.denied })
}

// horizons are the prefixes of all Horizons that work, or may work, on queues of this source.
func (d *directory) horizons() []string {
	all := d.ownership.allHorizons()
	if d.options.prefix == nil {
		return all
	}
	return slices.DeleteFunc(all, func(one string) bool { return len(d.ownership.connectionsOf(one)) == 0 })
}

// learn adds names known to Horizon, whose keys may be gone.
func (d *directory) learn(horizon string, names []string) {
	if before, has := d.measured[horizon]; has && slices.Equal(before, names) {
		return
	}
	d.measured[horizon] = names[:min(len(names), maxQueues)]
	d.learnt++
}

// learnFailed adds names that the app's database has failed jobs of.
func (d *directory) learnFailed(names []string) {
	if !slices.Equal(d.failed, names) {
		d.failed = names
		d.learnt++
	}
}

func (d *directory) leftOut() int {
	if d.options.names != nil {
		return 0
	}
	return d.left.size()
}

func (d *directory) queues() []laravelQueue {
	if d.options.names == nil {
		all := d.all()
		return all[:min(len(all), maxQueues)]
	}
	var queues []laravelQueue
	for _, name := range d.options.names {
		queues = append(queues, d.named(name)...)
	}
	return queues
}

// named are the queues for a name in the options: those of all apps that have one of that name.
func (d *directory) named(name string) []laravelQueue {
	var own []laravelQueue
	for _, queue := range d.all() {
		if queue.name == name || queue.raw == name {
			own = append(own, queue)
		}
	}
	if len(own) == 0 {
		return []laravelQueue{d.unseen(name)}
	}
	if len(own) == 1 {
		// Places where it may have been shown before its first key was seen.
		places := append(slices.Clone(own[0].formerPlaces), d.placeIn(""), d.placeIn(d.guess(d.firstHorizon())))
		own[0].formerPlaces = slices.DeleteFunc(places, func(place string) bool { return place == own[0].place })
	}
	return own
}

func (d *directory) unseen(address string) laravelQueue {
	if d.options.prefix == nil {
		if told, is := readQueueKey(address, "list", nil); is {
			return d.queueOf(told, "")
		}
	}
	if prefixes := d.ownership.allPrefixes(); len(prefixes) == 1 {
		return d.queueOf(foundQueue{prefixes[0], address}, "")
	}
	return d.queueOf(foundQueue{d.guess(d.firstHorizon()), address}, d.firstHorizon())
}

func (d *directory) firstHorizon() string {
	if horizons := d.ownership.allHorizons(); len(horizons) > 0 {
		return horizons[0]
	}
	return ""
}

func (d *directory) all() []laravelQueue {
	of := fmt.Sprint(d.learnt, d.ownership.version)
	if d.knownOf != of {
		d.knownOf, d.known = of, d.makeAll()
	}
	return d.known
}

func (d *directory) makeAll() []laravelQueue {
	var all []laravelQueue
	known := map[[2]string]bool{}
	add := func(queue laravelQueue) {
		if id := [2]string{queue.prefix, queue.name}; !known[id] {
			all = append(all, queue)
		}
	}
	for _, found := range d.found {
		add(d.queueOf(found, ""))
	}
	for _, queue := range all {
		known[[2]string{queue.prefix, queue.name}] = true
	}
	for _, horizon := range d.horizons() {
		for _, queue := range d.measuredBy(horizon) {
			add(queue)
		}
	}
	if prefixes := d.ownership.allPrefixes(); len(prefixes) == 1 {
		for _, queue := range all {
			known[[2]string{queue.prefix, queue.name}] = true
		}
		for _, name := range d.failed {
			add(d.queueOf(foundQueue{prefixes[0], name}, ""))
		}
	}
	sort.Slice(all, func(a, b int) bool {
		return all[a].name+"\n"+all[a].waiting() < all[b].name+"\n"+all[b].waiting()
	})
	return all
}

func (d *directory) measuredBy(horizon string) []laravelQueue {
	homes := d.ownership.connectionsOf(horizon)
	prefix, guessedOf := d.guess(horizon), horizon
	if len(homes) > 0 {
		prefix, guessedOf = homes[0], ""
	}
	var queues []laravelQueue
	for _, name := range d.measured[horizon] {
		// With several homes, a name that one of them has jobs for is taken: an idle queue is shown once.
		isTaken := len(homes) > 1 && slices.ContainsFunc(homes, func(home string) bool { return d.isFound(home, name) })
		if !isTaken {
			queues = append(queues, d.queueOf(foundQueue{prefix, name}, guessedOf))
		}
	}
	return queues
}

// queueOf takes the Horizon whose app's prefix is only likely, or an empty text.
func (d *directory) queueOf(found foundQueue, guessedOf string) laravelQueue {
	queue := laravelQueue{foundQueue: found, name: bareName(found.raw), horizon: guessedOf}
	queue.place = d.placeIn(found.prefix)
	if found.raw != queue.name {
		queue.place += otherBraces
	}
	if guessedOf != "" {
		return queue
	}
	queue.horizon = d.ownership.horizonOf(found.prefix)
	if queue.horizon != "" {
		// Where the queues of a Horizon are shown before any of their keys is seen.
		likely := likelyConnection(queue.horizon)
		if likely != found.prefix && !d.ownership.prefixes[likely] {
			queue.formerPlaces = []string{d.placeIn(likely)}
		}
	}
	return queue
}

// guess is a likely prefix; never that of an app that exists, because keys with it belong to that app.
func (d *directory) guess(horizon string) string {
	likely := likelyConnection(horizon)
	if d.ownership.prefixes[likely] {
		return horizon
	}
	return likely
}

func (d *directory) isFound(prefix, name string) bool {
	_, plain := d.found[foundQueue{prefix, name}.waiting()]
	_, braced := d.found[foundQueue{prefix, "{" + name + "}"}.waiting()]
	return plain || braced
}

// wholePrefix: for other prefixes the place does not show whether they end with a colon.
var wholePrefix = regexp.MustCompile(`[_-]$`)

func (d *directory) locates(place, name string) bool {
	for _, queue := range d.all() {
		if queue.name == name && (queue.place == place || slices.Contains(queue.formerPlaces, place)) {
			return true
		}
	}
	for prefix := range d.ownership.prefixes {
		if d.placeIn(prefix) == place {
			return true
		}
	}
	rest, isHere := strings.CutPrefix(place, d.placeIn("")+" ")
	return isHere && d.options.prefix == nil && wholePrefix.MatchString(rest)
}
