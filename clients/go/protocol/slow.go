package protocol

import "strconv"

// SlowEntry is one slow request, job or custom run.
type SlowEntry struct {
	V int `json:"v"`
	// Kind is request, job or custom.
	Kind string `json:"kind"`
	// Name is the route's pattern with its method, or the job's name.
	Name        string   `json:"name"`
	DurationMs  float64  `json:"durationMs"`
	ThresholdMs *float64 `json:"thresholdMs"`
	// Status is the HTTP status (499 when the client disconnected), or completed or failed.
	Status    Text   `json:"status"`
	Service   string `json:"service"`
	Node      string `json:"node"`
	RequestID Text   `json:"requestId"`
	TraceID   Text   `json:"traceId"`
	// TS is the time of its end, Unix ms. The writer sets it and ClockAhead.
	TS         int64    `json:"ts"`
	Meta       SlowMeta `json:"meta"`
	ClockAhead *int64   `json:"clockAhead"`
}

// SlowMeta has further details; nil is unknown. Durations are ms.
type SlowMeta struct {
	Method Text `json:"method"`
	// URL has no values of the query.
	URL     Text              `json:"url"`
	Headers map[string]string `json:"headers"`
	Queue   Text              `json:"queue"`
	JobID   Text              `json:"jobId"`
	Attempt *float64          `json:"attempt"`
	WaitMs  *float64          `json:"waitMs"`
	// Aborted is true when the client disconnected.
	Aborted        bool     `json:"aborted"`
	LoopBlockedMs  *float64 `json:"loopBlockedMs"`
	GCMs           *float64 `json:"gcMs"`
	CPUThrottledMs *float64 `json:"cpuThrottledMs"`
	// InFlight is the number of other requests in flight at the end.
	InFlight *float64 `json:"inFlight"`
}

// Fields returns the fields of the entry in the stream: name, value, name, value … Unknown ones are left out.
func (e *SlowEntry) Fields() ([]string, error) {
	meta, err := encodeText(&e.Meta)
	if err != nil {
		return nil, err
	}
	fields := []string{"v", strconv.Itoa(e.V), "kind", e.Kind, "name", e.Name, "durationMs", number(e.DurationMs)}
	add := func(name, value string) {
		if value != "" {
			fields = append(fields, name, value)
		}
	}
	if e.ThresholdMs != nil {
		add("thresholdMs", number(*e.ThresholdMs))
	}
	add("status", string(e.Status))
	fields = append(fields, "service", e.Service, "node", e.Node)
	add("requestId", string(e.RequestID))
	add("traceId", string(e.TraceID))
	fields = append(fields, "ts", strconv.FormatInt(e.TS, 10), "meta", meta)
	if e.ClockAhead != nil {
		fields = append(fields, "clockAhead", strconv.FormatInt(*e.ClockAhead, 10))
	}
	return fields, nil
}

// number writes a figure as JSON does.
func number(value float64) string {
	text, err := encodeText(value)
	if err != nil {
		return "0"
	}
	return text
}
