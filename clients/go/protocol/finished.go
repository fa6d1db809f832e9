package protocol

// FinishedJobs has attempts at jobs that finished at one node, for an archive. Node and Seq identify it.
type FinishedJobs struct {
	V    int
	Node string
	// Seq counts the node's records, from 1.
	Seq int64
	// From and To are the Unix ms in which the attempts finished.
	From, To int64
	Queues   []FinishedQueue
	Jobs     []FinishedJob
	// Left counts the attempts before these, since the node's previous record, that are in none.
	Left int64
}

// FinishedQueue identifies a queue, exactly as its snapshot does.
type FinishedQueue struct {
	Name   string `json:"name"`
	Driver string `json:"driver"`
	Place  Text   `json:"place"`
	Server Text   `json:"server"`
}

// FinishedJob is one attempt. Times are Unix ms; nil is unknown.
type FinishedJob struct {
	// Queue is the index in the record's queues.
	Queue int
	ID    string
	Name  string
	// Outcome is completed, failed or retried.
	Outcome string
	// Attempt is 1 for the first.
	Attempt            *int64
	AddedAt, StartedAt *int64
	FinishedAt         int64
	// WaitMs is that before the first attempt; RunMs is nil for what never ran.
	WaitMs, RunMs *float64
	// Error is the message of the failure, masked.
	Error Text
}

const (
	// MaxFinishedJobs is the number of jobs of a record, MaxJobErrorChars the length of a failure's message in it.
	MaxFinishedJobs  = 1_000
	MaxJobErrorChars = 300
	// FinishedJobsLife is the age of these records.
	FinishedJobsLife = HistoryLife
)

// Encode returns the text of the record. Jobs that do not fit are left out and counted. ahead is the field clockAhead; the times are by
// Redis' clock already if it is known.
func (f *FinishedJobs) Encode(ahead *int64) (string, error) {
	for kept := min(len(f.Jobs), MaxFinishedJobs); ; kept /= 2 {
		text, err := encodeText(f.whole(kept, ahead))
		if err != nil || len(text) <= MaxRecordChars {
			return text, err
		}
	}
}

func (f *FinishedJobs) whole(kept int, ahead *int64) any {
	tuples := make([][]any, kept)
	for i, job := range f.Jobs[:kept] {
		tuples[i] = f.tuple(job)
	}
	return struct {
		V          int             `json:"v"`
		Node       string          `json:"node"`
		Seq        int64           `json:"seq"`
		From       int64           `json:"from"`
		To         int64           `json:"to"`
		ClockAhead *int64          `json:"clockAhead,omitempty"`
		Queues     []FinishedQueue `json:"queues"`
		Jobs       [][]any         `json:"jobs"`
		Left       int64           `json:"left,omitempty"`
	}{f.V, f.Node, f.Seq, f.From, f.To, ahead, f.Queues, tuples, f.Left + int64(len(f.Jobs)-kept)}
}

// tuple has small numbers: the end after the record's start, the start before the end, the addition before the start.
func (f *FinishedJobs) tuple(job FinishedJob) []any {
	begun := job.FinishedAt
	if job.StartedAt != nil {
		begun = *job.StartedAt
	}
	return []any{
		job.Queue, job.ID, job.Name, job.Outcome, job.Attempt, before(begun, job.AddedAt), before(job.FinishedAt, job.StartedAt),
		job.FinishedAt - f.From, job.WaitMs, job.RunMs, job.Error,
	}
}

func before(moment int64, earlier *int64) *int64 {
	if earlier == nil {
		return nil
	}
	ms := moment - *earlier
	return &ms
}
