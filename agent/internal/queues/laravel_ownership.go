package queues

import (
	"maps"
	"slices"
)

// Most connections, and most Horizons, to distinguish: the first ones found.
const maxApps = 1_000

// ownership assigns connections to the Horizons that work on their queues: by the options, by proof from jobs, and by the app's name.
type ownership struct {
	givenPrefix  *string
	givenHorizon string
	prefixes     map[string]bool
	horizons     map[string]bool
	proven       map[string]string
	refuted      map[string]bool
	// Caches, cleared when something new is learnt: with many apps the computation is slow.
	horizonBy  map[string]string
	prefixesBy map[string][]string
	version    int
}

func newOwnership(prefix *string, horizon string) *ownership {
	own := &ownership{givenPrefix: prefix, givenHorizon: horizon, prefixes: map[string]bool{}, horizons: map[string]bool{},
		proven: map[string]string{}, refuted: map[string]bool{}}
	if prefix != nil {
		own.prefixes[*prefix] = true
	}
	if horizon != "" {
		own.horizons[horizon] = true
	}
	own.learnt()
	return own
}

func (o *ownership) learnt() {
	o.version++
	o.horizonBy, o.prefixesBy = map[string]string{}, map[string][]string{}
}

func (o *ownership) allPrefixes() []string { return slices.Sorted(maps.Keys(o.prefixes)) }

func (o *ownership) allHorizons() []string { return slices.Sorted(maps.Keys(o.horizons)) }

func (o *ownership) meetConnection(prefix string) { o.meet(o.prefixes, prefix) }

func (o *ownership) meetHorizon(horizon string) { o.meet(o.horizons, horizon) }

func (o *ownership) meet(known map[string]bool, one string) {
	if !known[one] && len(known) < maxApps {
		known[one] = true
		o.learnt()
	}
}

// prove records that Horizon knows jobs of this connection.
func (o *ownership) prove(prefix, horizon string) {
	o.proven[prefix] = horizon
	o.learnt()
}

// refute records that jobs of this connection were not pushed by Horizon's queue.
func (o *ownership) refute(prefix string) {
	if !o.refuted[prefix] {
		o.refuted[prefix] = true
		o.learnt()
	}
}

// horizonOf is empty for a connection without Horizon.
func (o *ownership) horizonOf(prefix string) string {
	if known, has := o.horizonBy[prefix]; has {
		return known
	}
	horizon := o.findHorizonOf(prefix)
	o.horizonBy[prefix] = horizon
	return horizon
}

// connectionsOf are the connections that a Horizon works on: none if no queue of its app was seen, several if they cannot be distinguished.
func (o *ownership) connectionsOf(horizon string) []string {
	if known, has := o.prefixesBy[horizon]; has {
		return known
	}
	var own []string
	for _, prefix := range o.allPrefixes() {
		if o.horizonOf(prefix) == horizon {
			own = append(own, prefix)
		}
	}
	o.prefixesBy[horizon] = own
	return own
}

// open are the connections that only their jobs can assign.
func (o *ownership) open() []string {
	isClear := len(o.prefixes) <= 1
	for _, horizon := range o.allHorizons() {
		isClear = isClear && len(o.connectionsOf(horizon)) == 1
	}
	if isClear {
		return nil
	}
	return slices.DeleteFunc(o.allPrefixes(), func(prefix string) bool { return o.proven[prefix] != "" })
}

func (o *ownership) findHorizonOf(prefix string) string {
	if proven := o.proven[prefix]; proven != "" {
		return proven
	}
	if o.givenHorizon != "" && o.givenPrefix != nil && *o.givenPrefix == prefix {
		return o.givenHorizon
	}
	claimed := o.claimOf(prefix)
	if claimed != "" && o.mayHave(prefix, claimed) {
		return claimed
	}
	return ""
}

func (o *ownership) claimOf(prefix string) string {
	if o.givenHorizon != "" && len(o.prefixes) <= 1 {
		return o.givenHorizon
	}
	return horizonFor(prefix, o.allHorizons(), len(o.prefixes))
}

// mayHave: proofs for or against one of several connections with the same app name settle the others as well.
func (o *ownership) mayHave(prefix, horizon string) bool {
	for _, proven := range o.proven {
		if proven == horizon {
			return false
		}
	}
	for other := range o.prefixes {
		if other != prefix && o.claimOf(other) == horizon {
			return !o.refuted[prefix]
		}
	}
	return true
}
