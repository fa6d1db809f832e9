package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Heartbeat is the state of one node at one moment. A nil figure is unknown.
type Heartbeat struct {
	V       int    `json:"v"`
	ID      string `json:"id"`
	Service string `json:"service"`
	// Timestamp is Unix ms by Redis' clock if ClockAhead is known. The writer sets both.
	Timestamp  int64  `json:"timestamp"`
	ClockAhead *int64 `json:"clockAhead"`
	// Interval is the time between two reports, ms.
	Interval    *int64 `json:"interval"`
	Environment Text   `json:"environment"`
	// Language is node, bun, deno, php, go, python or other.
	Language string `json:"language"`
	// Version is that of the runtime.
	Version    Text   `json:"version"`
	AppVersion Text   `json:"appVersion"`
	SDK        *SDK   `json:"sdk"`
	PID        *int64 `json:"pid"`
	Hostname   Text   `json:"hostname"`
	Platform   Text   `json:"platform"`
	Arch       Text   `json:"arch"`
	Instance   Text   `json:"instance"`
	Thread     *int64 `json:"thread"`
	// Blocked is set by a heartbeat thread while the event loop makes no progress: Node only.
	Blocked     *Blocked     `json:"blocked"`
	CPU         CPU          `json:"cpu"`
	Memory      Memory       `json:"memory"`
	Disk        []Disk       `json:"disk"`
	EventLoop   *EventLoop   `json:"eventLoop"`
	GC          *GC          `json:"gc"`
	Requests    *Requests    `json:"requests"`
	Connections *Connections `json:"connections"`
	Children    *Children    `json:"children"`
	Recorder    *Recorder    `json:"recorder"`
	Runtime     Runtime      `json:"runtime"`
	Ready       *Ready       `json:"ready"`
	Setup       []string     `json:"setup"`
	// Meta is an object of the app: see ObjectOf.
	Meta Object `json:"meta"`
}

// SDK is the reporter.
type SDK struct {
	Name    string `json:"name"`
	Version Text   `json:"version"`
}

// CPU has percentages of all usable cores; ProcessCores is the unclamped number of cores that the process kept busy.
type CPU struct {
	System       *float64 `json:"system"`
	Process      *float64 `json:"process"`
	ProcessCores *float64 `json:"processCores"`
	// Cores may be a fraction: a container's quota counts as cores.
	Cores *float64 `json:"cores"`
	// Load is that over 1, 5 and 15 minutes.
	Load *[3]float64 `json:"load"`
	// Throttled is the time that the container's quota took since the last heartbeat, ms.
	Throttled *float64 `json:"throttled"`
}

// Memory is in bytes.
type Memory struct {
	System  SystemMemory  `json:"system"`
	Process ProcessMemory `json:"process"`
}

// SystemMemory describes the container if there is a limit, which Total then equals, else the machine. Bytes.
type SystemMemory struct {
	Total *float64 `json:"total"`
	Free  *float64 `json:"free"`
	Used  *float64 `json:"used"`
	Limit *float64 `json:"limit"`
}

// ProcessMemory is the memory of the process, bytes.
type ProcessMemory struct {
	RSS          *float64 `json:"rss"`
	HeapUsed     *float64 `json:"heapUsed"`
	HeapTotal    *float64 `json:"heapTotal"`
	HeapLimit    *float64 `json:"heapLimit"`
	External     *float64 `json:"external"`
	ArrayBuffers *float64 `json:"arrayBuffers"`
}

// Disk is a file system: bytes, and the percentage used of the space that the process may use.
type Disk struct {
	Mount   string   `json:"mount"`
	Total   *float64 `json:"total"`
	Free    *float64 `json:"free"`
	UsedPct *float64 `json:"usedPct"`
}

// EventLoop has delays over the last interval, ms; Utilization is 0 to 1.
type EventLoop struct {
	Utilization *float64 `json:"utilization"`
	P50         *float64 `json:"p50"`
	P99         *float64 `json:"p99"`
	Max         *float64 `json:"max"`
	Mean        *float64 `json:"mean"`
}

// GC has the pauses of the last interval, ms.
type GC struct {
	Count   *float64 `json:"count"`
	TotalMs *float64 `json:"totalMs"`
	MaxMs   *float64 `json:"maxMs"`
}

// Requests are those of the last interval: per second, 0 to 100, ms.
type Requests struct {
	Rate      *float64 `json:"rate"`
	ErrorRate *float64 `json:"errorRate"`
	P50       *float64 `json:"p50"`
	P95       *float64 `json:"p95"`
	P99       *float64 `json:"p99"`
	InFlight  *float64 `json:"inFlight"`
	OldestMs  *float64 `json:"oldestMs"`
}

// Connections counts WebSockets, event streams and long polls: open now, opened over the last interval.
type Connections struct {
	Open   *float64 `json:"open"`
	Opened *float64 `json:"opened"`
}

// Children are the processes that the node started.
type Children struct {
	Running []Child      `json:"running"`
	More    *float64     `json:"more"`
	Ended   []EndedChild `json:"ended"`
}

// Child is a process that runs. Its command has no folders and arguments.
type Child struct {
	PID     int64    `json:"pid"`
	Command Text     `json:"command"`
	Cores   *float64 `json:"cores"`
	RSS     *float64 `json:"rss"`
	Grown   *float64 `json:"grown"`
	// Age is in seconds.
	Age *float64 `json:"age"`
}

// EndedChild is a process that ended since the last heartbeat.
type EndedChild struct {
	PID     int64    `json:"pid"`
	Command Text     `json:"command"`
	Age     *float64 `json:"age"`
}

// Recorder is the cost of reporting: ms, ms, records lost since the start, bytes that wait.
type Recorder struct {
	CollectMs     *float64 `json:"collectMs"`
	FlushMs       *float64 `json:"flushMs"`
	Dropped       *float64 `json:"dropped"`
	BufferedBytes *float64 `json:"bufferedBytes"`
}

// Runtime has the uptime of the process in seconds.
type Runtime struct {
	Uptime    *float64 `json:"uptime"`
	Framework Text     `json:"framework"`
}

// Ready is the readiness as the app reports it. Deps is an object: see ObjectOf.
type Ready struct {
	Status string `json:"status"`
	Deps   Object `json:"deps"`
}

// Object is the JSON text of an object; nil is null.
type Object json.RawMessage

// MarshalJSON writes the text itself.
func (o Object) MarshalJSON() ([]byte, error) { return json.RawMessage(o).MarshalJSON() }

// UnmarshalJSON keeps the text.
func (o *Object) UnmarshalJSON(text []byte) error {
	if string(text) != "null" {
		*o = append(Object(nil), text...)
	}
	return nil
}

// ObjectOf encodes a map or struct as an object of at most 4 KiB and 20 levels; nil stays nil.
func ObjectOf(value any) (Object, error) {
	if value == nil {
		return nil, nil
	}
	text, err := encode(value)
	switch {
	case err != nil:
		return nil, err
	case string(text) == "null":
		return nil, nil
	case text[0] != '{':
		return nil, errors.New("it is no object")
	case len(text) > MaxMetaBytes:
		return nil, fmt.Errorf("it is longer than %d bytes as JSON", MaxMetaBytes)
	case depthOf(text) > MaxMetaDepth:
		return nil, fmt.Errorf("it is deeper than %d levels", MaxMetaDepth)
	}
	return text, nil
}

func depthOf(text []byte) int {
	depth, deepest, isText := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch char := text[i]; {
		case isText && char == '\\':
			i++
		case char == '"':
			isText = !isText
		case isText:
		case char == '{' || char == '[':
			depth++
			deepest = max(deepest, depth)
		case char == '}' || char == ']':
			depth--
		}
	}
	return deepest
}

// Encode returns the value of the node's key.
func (h *Heartbeat) Encode() (string, error) { return encodeText(h) }

// Blocked says since when an event loop has made no progress (Unix ms), and in what code if known.
type Blocked struct {
	Since int64   `json:"since"`
	Stack *string `json:"stack"`
}
