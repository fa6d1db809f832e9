package queues

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// set of keys of places or queues.
type set map[string]bool

// watch are the queues that a node watches, or those of them that others do not report.
type watch struct {
	// places whose queues are all watched, and queues that are watched by name.
	places set
	queues set
	// elsewhere are queues that another node reports, to distinguish them from the rest of a place that is watched as a whole.
	elsewhere set
}

// holder of a slot, parsed from its lease. The fingerprint is empty when a reporter of another kind holds it.
type holder struct {
	node        string
	fingerprint string
	places      []string
}

// queueKey identifies a queue. One source may report one queue as Laravel's and the next as Horizon's.
func queueKey(driver, place, name string) string {
	if driver == horizonKind.driver {
		driver = laravelKind.driver
	}
	return driver + ":" + placeHash(place) + ":" + protocol.EncodeSegment(name)
}

// placeKey differs from the keys of all queues, since queues have names.
func placeKey(driver, place string) string { return queueKey(driver, place, "") }

func keyOfEntry(entry protocol.QueueEntry) string {
	return queueKey(entry.Driver, string(entry.Place), entry.Name)
}

// placeHash is FNV-1a, 32 bits in hexadecimal, of UTF-16 code units; `-` without a place, which an entry of another reporter may lack.
func placeHash(place string) string {
	if place == "" {
		return "-"
	}
	hash := uint32(0x811c9dc5)
	for _, unit := range utf16.Encode([]rune(place)) {
		hash = (hash ^ uint32(unit)) * 0x01000193
	}
	return fmt.Sprintf("%08x", hash)
}

func watchOf(all []facts) watch {
	watched := watch{set{}, set{}, set{}}
	for _, one := range all {
		if one.names == nil {
			watched.places[placeKey(one.driver, one.place)] = true
		}
		for _, name := range one.names {
			watched.queues[queueKey(one.driver, one.place, name)] = true
		}
	}
	return watched
}

func (w watch) isNothing() bool { return len(w.places) == 0 && len(w.queues) == 0 }

// id is equal for nodes that watch the same queues.
func (w watch) id() string {
	text := strings.Join(append(slices.Sorted(maps.Keys(w.places)), slices.Sorted(maps.Keys(w.queues))...), "\n")
	sum := sha1.Sum([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:16]
}

// without are the queues that another node leaves unreported. A queue that is watched by name counts as reported only if it is in the
// report: a place that is watched as a whole does not show a queue that has never held a job.
func (w watch) without(other holder, reported []protocol.QueueEntry) watch {
	rest := watch{maps.Clone(w.places), maps.Clone(w.queues), maps.Clone(w.elsewhere)}
	for _, place := range other.places {
		delete(rest.places, place)
	}
	for _, entry := range reported {
		key := keyOfEntry(entry)
		delete(rest.queues, key)
		rest.elsewhere[key] = true
	}
	return rest
}

// holderText is the text of a lease.
func holderText(w watch, node string) string {
	places := strings.Join(slices.Sorted(maps.Keys(w.places)), ",")
	if places == "" {
		places = "-"
	}
	return w.id() + " " + places + " " + node
}

var lease = regexp.MustCompile(`(?s)^([\w-]{16}) (\S+) (.+)$`)

// parseHolder: a reporter of another kind may hold a lease by its node's name alone.
func parseHolder(text string) holder {
	match := lease.FindStringSubmatch(text)
	if match == nil {
		return holder{node: text}
	}
	found := holder{node: match[3], fingerprint: match[1]}
	if match[2] != "-" {
		found.places = strings.Split(match[2], ",")
	}
	return found
}
