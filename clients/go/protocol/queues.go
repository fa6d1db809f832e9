package protocol

// QueueSnapshot has the queues that one node watches, at one moment.
type QueueSnapshot struct {
	V int `json:"v"`
	// Timestamp is Unix ms. The writer sets it and ClockAhead.
	Timestamp int64 `json:"timestamp"`
	// Interval is the time between two reports, ms.
	Interval *int64 `json:"interval"`
	Service  string `json:"service"`
	// Reporter is the node that reports.
	Reporter   Text         `json:"reporter"`
	Queues     []QueueEntry `json:"queues"`
	ClockAhead *int64       `json:"clockAhead,omitempty"`
}

// QueueEntry is one queue at one moment. Name, Driver and Place identify it.
type QueueEntry struct {
	Name string `json:"name"`
	// Driver is gravito-stream, laravel-horizon, laravel, bullmq, bull, sqs, redis-list or other.
	Driver string `json:"driver"`
	// Place is its location, without secrets.
	Place Text `json:"place"`
	// Server identifies the server, whatever its address: Redis' run_id.
	Server  Text         `json:"server"`
	Metrics QueueMetrics `json:"metrics"`
	// States are the states of such a queue, in display order.
	States []string `json:"states"`
	// Approximate is true if the counts are the system's own estimates.
	Approximate bool     `json:"approximate"`
	Paused      *bool    `json:"paused"`
	OldestMs    *float64 `json:"oldestMs"`
	OverdueMs   *float64 `json:"overdueMs"`
	// Throughput is jobs per minute.
	Throughput   *QueueThroughput `json:"throughput"`
	Workers      *float64         `json:"workers"`
	Capabilities []string         `json:"capabilities"`
	// Error is why the queue couldn't be read; its figures are unknown then.
	Error Text `json:"error"`
	// Meta is an object of the driver: see ObjectOf.
	Meta Object `json:"meta"`
}

// QueueMetrics counts jobs by state; nil is unknown, or the system has no such state.
type QueueMetrics struct {
	Waiting         *float64 `json:"waiting"`
	Prioritized     *float64 `json:"prioritized"`
	Active          *float64 `json:"active"`
	Delayed         *float64 `json:"delayed"`
	WaitingChildren *float64 `json:"waitingChildren"`
	Completed       *float64 `json:"completed"`
	Failed          *float64 `json:"failed"`
}

// QueueThroughput is jobs per minute: added, and ended with any outcome.
type QueueThroughput struct {
	In  *float64 `json:"in"`
	Out *float64 `json:"out"`
}

// Encode returns the value of the snapshot's key. Lists are never null in it.
func (s *QueueSnapshot) Encode() (string, error) {
	whole := *s
	whole.Queues = make([]QueueEntry, len(s.Queues))
	for i, queue := range s.Queues {
		if queue.States == nil {
			queue.States = []string{}
		}
		if queue.Capabilities == nil {
			queue.Capabilities = []string{}
		}
		whole.Queues[i] = queue
	}
	return encodeText(whole)
}

// QueueHistory has the queues that one node read over about a minute. Node and From identify it.
type QueueHistory struct {
	V    int    `json:"v"`
	Node string `json:"node"`
	// From and To are Unix ms. The writer sets them and ClockAhead.
	From       int64           `json:"from"`
	To         int64           `json:"to"`
	Queues     []RecordedQueue `json:"queues"`
	ClockAhead *int64          `json:"clockAhead,omitempty"`
}

// RecordedQueue is one queue at the end of a minute. Unknown figures are left out.
type RecordedQueue struct {
	Name       string           `json:"name"`
	Driver     string           `json:"driver"`
	Place      string           `json:"place,omitempty"`
	Server     string           `json:"server,omitempty"`
	Metrics    RecordedMetrics  `json:"metrics"`
	OldestMs   *float64         `json:"oldestMs,omitempty"`
	Throughput *RecordedThrough `json:"throughput,omitempty"`
}

// RecordedMetrics are QueueMetrics without the unknown ones.
type RecordedMetrics struct {
	Waiting         *float64 `json:"waiting,omitempty"`
	Prioritized     *float64 `json:"prioritized,omitempty"`
	Active          *float64 `json:"active,omitempty"`
	Delayed         *float64 `json:"delayed,omitempty"`
	WaitingChildren *float64 `json:"waitingChildren,omitempty"`
	Completed       *float64 `json:"completed,omitempty"`
	Failed          *float64 `json:"failed,omitempty"`
}

// RecordedThrough is a QueueThroughput without the unknown ones.
type RecordedThrough struct {
	In  *float64 `json:"in,omitempty"`
	Out *float64 `json:"out,omitempty"`
}

// Recorded returns the part of a queue's entry that its history has.
func (q *QueueEntry) Recorded() RecordedQueue {
	return RecordedQueue{
		Name: q.Name, Driver: q.Driver, Place: string(q.Place), Server: string(q.Server),
		Metrics: RecordedMetrics(q.Metrics), OldestMs: q.OldestMs, Throughput: (*RecordedThrough)(q.Throughput),
	}
}

// Encode returns the text of the record. Queues that do not fit into a record are left out.
func (h *QueueHistory) Encode() (string, error) {
	whole := *h
	whole.Queues = append([]RecordedQueue{}, h.Queues[:min(len(h.Queues), MaxRecordedQueues)]...)
	for {
		text, err := encodeText(whole)
		if err != nil || len(text) <= MaxRecordChars {
			return text, err
		}
		whole.Queues = whole.Queues[:len(whole.Queues)/2]
	}
}
