package queues

import (
	"regexp"
	"strings"
)

// laravelQueue is a queue of a Laravel app: its keys and, with Horizon, the prefix of Horizon's keys about it.
type laravelQueue struct {
	foundQueue
	name  string
	place string
	// formerPlaces are where it was assumed to be before any key of the app was seen.
	formerPlaces []string
	// horizon replaces the connection's prefix; empty without Horizon.
	horizon string
}

// foundQueue is the queue that a key belongs to: the prefix of the app's connection, and the name in the keys, on a Cluster in braces.
type foundQueue struct{ prefix, raw string }

const queuesMark = "queues:"

func (q foundQueue) waiting() string  { return q.prefix + queuesMark + q.raw }
func (q foundQueue) delayed() string  { return q.waiting() + ":delayed" }
func (q foundQueue) reserved() string { return q.waiting() + ":reserved" }

var (
	setSuffix    = regexp.MustCompile(`(?s)^(.+):(?:delayed|reserved)$`)
	notifySuffix = regexp.MustCompile(`(?s)^.+:notify$`)
	notifyKey    = regexp.MustCompile(`(?s)^(.*?)queues:.+:notify$`)
	braces       = regexp.MustCompile(`^\{(.+)\}$`)
)

// readQueueKey: names may contain colons, so the key's type decides whether the last word is a part of the name, because only sets are
// delayed or reserved. A nil prefix is anything before the first `queues:`.
func readQueueKey(key, kind string, prefix *string) (foundQueue, bool) {
	start := strings.Index(key, queuesMark)
	if prefix != nil {
		start = len(*prefix)
		if !strings.HasPrefix(key, *prefix+queuesMark) {
			return foundQueue{}, false
		}
	}
	if start < 0 {
		return foundQueue{}, false
	}
	raw := key[start+len(queuesMark):]
	if kind == "zset" {
		match := setSuffix.FindStringSubmatch(raw)
		if match == nil {
			return foundQueue{}, false
		}
		raw = match[1]
	} else if notifySuffix.MatchString(raw) {
		return foundQueue{}, false
	}
	return foundQueue{key[:start], raw}, raw != ""
}

// bareName is without the braces that keep a queue's keys together on a Cluster.
func bareName(raw string) string {
	if match := braces.FindStringSubmatch(raw); match != nil {
		return match[1]
	}
	return raw
}

// The prefixes of a Horizon and of its connection both derive from the app's name.
var (
	connectionSuffix = regexp.MustCompile(`^(.+?)[_-]database[_-]$`)
	horizonSuffix    = regexp.MustCompile(`^(?:(.+)[_-])?horizon:$`)
)

// appOfConnection is the app's name as Horizon would write it; empty if the prefix is a custom one.
func appOfConnection(prefix string) string {
	if match := connectionSuffix.FindStringSubmatch(prefix); match != nil {
		return strings.ReplaceAll(match[1], "-", "_")
	}
	return ""
}

func appOfHorizon(horizon string) string {
	if match := horizonSuffix.FindStringSubmatch(bareName(horizon)); match != nil {
		return strings.ReplaceAll(match[1], "-", "_")
	}
	return ""
}

// likelyConnection is a substitute for the prefix of an app with only Horizon's keys: its most likely prefix, or Horizon's own.
func likelyConnection(horizon string) string {
	if app := appOfHorizon(horizon); app != "" {
		return app + "_database_"
	}
	return bareName(horizon)
}

// horizonFor is the Horizon of a connection: that of the same app, or the only one if one of the two has no app name. Another app's Horizon
// would show jobs of other queues.
func horizonFor(prefix string, horizons []string, connections int) string {
	app := appOfConnection(prefix)
	for _, horizon := range horizons {
		if app != "" && appOfHorizon(horizon) == app {
			return horizon
		}
	}
	if len(horizons) != 1 || connections > 1 {
		return ""
	}
	if app == "" || appOfHorizon(horizons[0]) == "" {
		return horizons[0]
	}
	return ""
}
