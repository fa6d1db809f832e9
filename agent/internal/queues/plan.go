package queues

import (
	"maps"
	"slices"
	"strings"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// planned is a source to read, and which of its queues to report.
type planned struct {
	poller *poller
	reads  func(protocol.QueueEntry) bool
}

func (p planned) entries() []protocol.QueueEntry {
	return slices.DeleteFunc(p.poller.entries(), func(entry protocol.QueueEntry) bool { return !p.reads(entry) })
}

// planOf assigns queues to sources so that each is read once: first to sources of whole places, then the rest to sources of named queues.
func planOf(watched watch, pollers []*poller) []planned {
	taken := maps.Clone(watched.elsewhere)
	var plan []planned
	for _, one := range pollers {
		if at := one.reader.facts(); at.names == nil && watched.places[placeKey(at.driver, at.place)] {
			theirs := maps.Clone(taken)
			for _, key := range one.keys() {
				taken[key] = true
			}
			plan = append(plan, planned{one, func(entry protocol.QueueEntry) bool { return !theirs[keyOfEntry(entry)] }})
		}
	}
	for _, one := range pollers {
		if wanted := wantedNames(one.reader.facts(), watched, taken); len(wanted) > 0 {
			plan = append(plan, planned{one, func(entry protocol.QueueEntry) bool { return wanted[entry.Name] }})
		}
	}
	return plan
}

func wantedNames(at facts, watched watch, taken set) set {
	wanted := set{}
	for _, name := range at.names {
		key := queueKey(at.driver, at.place, name)
		if watched.queues[key] && !taken[key] {
			taken[key] = true
			wanted[name] = true
		}
	}
	return wanted
}

// distinctPollers are the first of each place and list of names.
func distinctPollers(all []*poller) []*poller {
	known := set{}
	var distinct []*poller
	for _, one := range all {
		at := one.reader.facts()
		identity := placeKey(at.driver, at.place)
		if at.names != nil {
			identity += "\n" + strings.Join(slices.Sorted(slices.Values(at.names)), "\n")
		}
		if !known[identity] {
			known[identity] = true
			distinct = append(distinct, one)
		}
	}
	return distinct
}
