package protocol

import "time"

// Bounds of the protocol. Writers respect them; readers cut or leave out the rest.
const (
	// Version is the field v of every record.
	Version = 2
	// DefaultPrefix begins all keys of reporters.
	DefaultPrefix = "gravito:quasar:"

	// MinHeartbeatLife is the shortest TTL of a heartbeat.
	MinHeartbeatLife = 30 * time.Second
	// MinSnapshotLife is the shortest TTL of a queue snapshot.
	MinSnapshotLife = 30 * time.Second
	// NodeIndexLife is how long the index lists a silent node.
	NodeIndexLife = 24 * time.Hour
	// ServiceIndexLife is how long the index lists a silent service.
	ServiceIndexLife = 2 * time.Hour
	// QueueIndexLife is how long the index lists a service that reports no queues any more.
	QueueIndexLife = time.Hour

	// MaxSlowEntries is the approximate number of slow entries of a service.
	MaxSlowEntries = 1_000
	// MaxExceptions is the number of exceptions of a service, ExceptionLife their age.
	MaxExceptions = 1_000
	ExceptionLife = time.Hour
	// RollupLife is the age of rollups per interval, HistoryLife that of rollups and queues per minute.
	RollupLife  = 15 * time.Minute
	HistoryLife = time.Hour
	// HistoryStep is the approximate length of a record of the history.
	HistoryStep = time.Minute

	// MaxSeries is the number of routes or jobs that a node distinguishes; the rest counts as Other.
	MaxSeries = 500
	// MaxQueues is the number of queues of a snapshot, MaxSnapshotChars the length of its text.
	MaxQueues        = 5_000
	MaxSnapshotChars = 8 << 20
	// MaxRecordedQueues is the number of queues of a record of their history.
	MaxRecordedQueues = 1_000
	// MaxRecordChars is the length of any other record.
	MaxRecordChars = 1 << 20

	MaxNameChars    = 200
	MaxMessageChars = 1_024
	MaxStackChars   = 8_192
	MaxURLChars     = 2_048
	// MaxMetaBytes is the size of a custom object as JSON, MaxMetaDepth its depth.
	MaxMetaBytes = 4_096
	MaxMetaDepth = 20
	MaxDisks     = 100
	MaxChildren  = 20
	// MaxSetupNotes is the number of notes about a reporter's set-up.
	MaxSetupNotes = 16
	// MaxFigure is the largest number, MaxTime the last moment of a calendar in Unix ms.
	MaxFigure = 1e24
	MaxTime   = 8_640_000_000_000_000
)

const (
	// Other is the series for names beyond MaxSeries.
	Other = "(other)"
	// Unmatched is the series for requests that matched no route.
	Unmatched = "(unmatched)"
)

// HeartbeatLife returns the TTL of a heartbeat: 30 s, or three intervals if that is longer.
func HeartbeatLife(interval time.Duration) time.Duration {
	return max(MinHeartbeatLife, 3*interval)
}

// SnapshotLife returns the TTL of a queue snapshot: 30 s, or three intervals if that is longer.
func SnapshotLife(interval time.Duration) time.Duration {
	return max(MinSnapshotLife, 3*interval)
}
