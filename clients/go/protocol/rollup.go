package protocol

// Rollup has one node's requests and jobs over one interval, or over about a minute in the history. Node and From identify it.
type Rollup struct {
	V    int    `json:"v"`
	Node string `json:"node"`
	// From and To are Unix ms. The writer sets them and ClockAhead.
	From   int64         `json:"from"`
	To     int64         `json:"to"`
	Routes []RouteRollup `json:"routes"`
	Jobs   []JobRollup   `json:"jobs"`
	// Process and System are for the history only.
	Process    *ProcessMinute `json:"process,omitempty"`
	System     *SystemMinute  `json:"system,omitempty"`
	ClockAhead *int64         `json:"clockAhead,omitempty"`
}

// RouteRollup counts the requests of one route.
type RouteRollup struct {
	// Key is the method and the route's pattern, Other or Unmatched.
	Key    string `json:"key"`
	Count  int64  `json:"count"`
	Errors int64  `json:"errors,omitempty"`
	// Aborted counts requests whose client disconnected.
	Aborted int64 `json:"aborted,omitempty"`
	// Classes counts 1xx, 2xx, 3xx, 4xx and 5xx; without the zeros at the end.
	Classes []int64 `json:"classes,omitempty"`
	// Sketch has the durations in ms, as Sketch.Encode writes them.
	Sketch string `json:"sketch"`
}

// JobRollup counts the attempts of one job.
type JobRollup struct {
	RouteRollup
	Queue string `json:"queue,omitempty"`
	// Failed counts jobs that failed for good.
	Failed  int64 `json:"failed,omitempty"`
	Stalled int64 `json:"stalled,omitempty"`
	// Wait has the waits before first attempts.
	Wait string `json:"wait,omitempty"`
}

// ProcessMinute has the figures of a process over a minute.
type ProcessMinute struct {
	// CPU is the mean, 0 to 100 of all usable cores.
	CPU *float64 `json:"cpu"`
	// RSS and HeapUsed are the highest of a heartbeat, bytes.
	RSS      *float64 `json:"rss"`
	HeapUsed *float64 `json:"heapUsed"`
	// LoopP99 is the worst p99 of the event-loop delays, ms, Utilization the mean, 0 to 1.
	LoopP99     *float64 `json:"loopP99"`
	Utilization *float64 `json:"utilization"`
	GCMs        *float64 `json:"gcMs"`
	GCCount     *float64 `json:"gcCount"`
	// DiskPct is the usage of the fullest disk, 0 to 100.
	DiskPct *float64 `json:"diskPct"`
}

// SystemMinute has the figures of the machine or container over a minute.
type SystemMinute struct {
	Host Text     `json:"host"`
	CPU  *float64 `json:"cpu"`
	// Memory is the highest that was used, MemoryLimit the limit of the container or the machine's total, bytes.
	Memory      *float64 `json:"memory"`
	MemoryLimit *float64 `json:"memoryLimit"`
	HeapLimit   *float64 `json:"heapLimit"`
	// DiskFree is the lowest free space of the fullest disk, bytes.
	DiskFree *float64 `json:"diskFree"`
	// Load is the mean over 1 minute, divided by the usable cores.
	Load *float64 `json:"load"`
}

// Encode returns the text of the record. Routes and Jobs are never null in it.
func (r *Rollup) Encode() (string, error) {
	whole := *r
	if whole.Routes == nil {
		whole.Routes = []RouteRollup{}
	}
	if whole.Jobs == nil {
		whole.Jobs = []JobRollup{}
	}
	return encodeText(whole)
}
