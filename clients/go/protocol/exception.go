package protocol

// Exception is one error. Name, Message, Fingerprint and Service are required.
type Exception struct {
	V  int    `json:"v"`
	ID string `json:"id"`
	// Kind is request, job, custom or uncaught.
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Message string `json:"message"`
	Stack   Text   `json:"stack"`
	// Fingerprint groups errors of one origin.
	Fingerprint string `json:"fingerprint"`
	// Handled is true for an attempt that will be retried, and for an error that the app caught and reported itself.
	Handled   bool   `json:"handled"`
	Service   string `json:"service"`
	Node      string `json:"node"`
	Route     Text   `json:"route"`
	Queue     Text   `json:"queue"`
	Path      Text   `json:"path"`
	RequestID Text   `json:"requestId"`
	TraceID   Text   `json:"traceId"`
	// TS is Unix ms. The writer sets it and ClockAhead.
	TS         int64  `json:"ts"`
	ClockAhead *int64 `json:"clockAhead,omitempty"`
}

// Encode returns the member of the set of exceptions.
func (e *Exception) Encode() (string, error) { return encodeText(e) }
