package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// Sink takes records. Its methods return at once.
type Sink interface {
	Heartbeat(*protocol.Heartbeat, time.Time)
	Slow(*protocol.SlowEntry, time.Time)
	Exception(*protocol.Exception, time.Time)
	Snapshot(*protocol.QueueSnapshot, time.Time)
	// Leave removes a node that said good-bye.
	Leave(service, node string)
}

// maxAway is how far a time may be from this host's clock: the rest is in another unit, or of no use.
const maxAway = 24 * time.Hour

// kind is one of the four records: how to read one, and where it goes.
type kind struct {
	name   string
	schema *schema
	// maxBytes of a request's body, maxRecords in it.
	maxBytes   int64
	maxRecords int
	// prepare puts an object into the form of the schema.
	prepare func(map[string]any)
	// accept returns what puts the record into the sink.
	accept func(path string, object map[string]any) (func(Sink), error)
}

var slowSchema = load("slow-entry")

var kinds = []*kind{
	{"heartbeats", load("heartbeat"), 1 << 20, 200, nil, acceptHeartbeat},
	{"slow", slowSchema, 1 << 20, 200, prepareSlow, acceptSlow},
	{"exceptions", load("exception"), 4 << 20, 200, prepareException, acceptException},
	{"queues", load("queue-snapshot"), 4 << 20, 20, nil, acceptSnapshot},
}

// read checks all records before the first one is taken: a request is accepted as a whole or not at all.
func (k *kind) read(body []byte) ([]func(Sink), error) {
	var parsed any
	if err := json.Unmarshal(body, &parsed); err != nil {
		return nil, jsonError(err)
	}
	list, isList := parsed.([]any)
	if !isList {
		list = []any{parsed}
	}
	if len(list) > k.maxRecords {
		return nil, fmt.Errorf("a request must have at most %d records", k.maxRecords)
	}
	taken := make([]func(Sink), 0, len(list))
	for index, item := range list {
		path := k.name
		if isList {
			path = fmt.Sprintf("%s[%d]", k.name, index)
		}
		take, err := k.readOne(path, item)
		if err != nil {
			return nil, err
		}
		taken = append(taken, take)
	}
	return taken, nil
}

func (k *kind) readOne(path string, item any) (func(Sink), error) {
	object, ok := item.(map[string]any)
	if !ok {
		return nil, errors.New(path + " must be an object or a list of objects")
	}
	if k.prepare != nil {
		k.prepare(object)
	}
	if err := k.schema.check(path, object); err != nil {
		return nil, err
	}
	return k.accept(path, object)
}

// jsonError repeats nothing of the body.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("the body is no valid JSON: at byte %d", syntax.Offset)
	}
	return errors.New("the body is no valid JSON")
}

func acceptHeartbeat(path string, object map[string]any) (func(Sink), error) {
	beat := &protocol.Heartbeat{}
	if err := decode(path, object, beat); err != nil {
		return nil, err
	}
	at, err := momentOf(path+".timestamp", object["timestamp"], object["clockAhead"])
	if err != nil {
		return nil, err
	}
	if err := checkObjects(path, map[string]any{"meta": object["meta"], "ready.deps": inner(object, "ready", "deps")}); err != nil {
		return nil, err
	}
	if beat.Language == "" {
		beat.Language = "other"
	}
	beat.V = protocol.Version
	maskHeartbeat(beat)
	return func(sink Sink) { sink.Heartbeat(beat, at) }, nil
}

func acceptException(path string, object map[string]any) (func(Sink), error) {
	exception := &protocol.Exception{}
	if err := decode(path, object, exception); err != nil {
		return nil, err
	}
	at, err := momentOf(path+".ts", object["ts"], object["clockAhead"])
	if err != nil {
		return nil, err
	}
	if exception.Kind == "" {
		exception.Kind = "custom"
	}
	maskException(exception)
	if exception.Fingerprint == "" {
		exception.Fingerprint = protocol.Cut(exception.Name+":"+exception.Message, protocol.MaxNameChars)
	}
	return func(sink Sink) { sink.Exception(exception, at) }, nil
}

func acceptSnapshot(path string, object map[string]any) (func(Sink), error) {
	snapshot := &protocol.QueueSnapshot{}
	if err := decode(path, object, snapshot); err != nil {
		return nil, err
	}
	if snapshot.Reporter == "" {
		return nil, errors.New(path + ".reporter is missing: the id of the node that reports")
	}
	for index, queue := range object["queues"].([]any) {
		meta := map[string]any{"meta": queue.(map[string]any)["meta"]}
		if err := checkObjects(fmt.Sprintf("%s.queues[%d]", path, index), meta); err != nil {
			return nil, err
		}
	}
	at, err := momentOf(path+".timestamp", object["timestamp"], object["clockAhead"])
	if err != nil {
		return nil, err
	}
	for index := range snapshot.Queues {
		if snapshot.Queues[index].Driver == "" {
			snapshot.Queues[index].Driver = "other"
		}
		maskQueue(&snapshot.Queues[index])
	}
	return func(sink Sink) { sink.Snapshot(snapshot, at) }, nil
}

// prepareException cuts texts: a long message is no reason to lose it.
func prepareException(object map[string]any) {
	for field, most := range map[string]int{"message": protocol.MaxMessageChars, "stack": protocol.MaxStackChars} {
		if text, ok := object[field].(string); ok {
			object[field] = protocol.Cut(text, most)
		}
	}
}

// prepareSlow: entries are flat texts in the protocol; in JSON numbers and an object are as good.
func prepareSlow(object map[string]any) {
	for name, value := range object {
		switch value := value.(type) {
		case float64:
			object[name] = strconv.FormatFloat(value, 'f', -1, 64)
		case map[string]any:
			if text, err := json.Marshal(value); err == nil {
				object[name] = string(text)
			}
		case nil:
			delete(object, name)
		}
	}
}

func acceptSlow(path string, object map[string]any) (func(Sink), error) {
	texts := map[string]string{}
	for name, value := range object {
		texts[name], _ = value.(string)
	}
	number := func(name string) float64 {
		value, _ := strconv.ParseFloat(texts[name], 64)
		return value
	}
	entry := &protocol.SlowEntry{
		V: protocol.Version, Kind: texts["kind"], Name: texts["name"], DurationMs: number("durationMs"),
		Status: protocol.Text(texts["status"]), Service: texts["service"], Node: texts["node"],
		RequestID: protocol.Text(texts["requestId"]), TraceID: protocol.Text(texts["traceId"]),
	}
	if entry.Kind == "" {
		entry.Kind = "request"
	}
	if texts["thresholdMs"] != "" {
		entry.ThresholdMs = protocol.Known(number("thresholdMs"))
	}
	if err := readSlowMeta(path, texts["meta"], entry); err != nil {
		return nil, err
	}
	maskSlow(entry)
	at, err := momentOf(path+".ts", number("ts"), number("clockAhead"))
	if err != nil {
		return nil, err
	}
	return func(sink Sink) { sink.Slow(entry, at) }, nil
}

func readSlowMeta(path, text string, entry *protocol.SlowEntry) error {
	if text == "" {
		return nil
	}
	var meta any
	if err := json.Unmarshal([]byte(text), &meta); err != nil {
		return errors.New(path + ".meta must be an object, or the JSON text of one")
	}
	if err := slowSchema.Properties["meta"].ContentSchema.check(path+".meta", meta); err != nil {
		return err
	}
	return decode(path+".meta", meta, &entry.Meta)
}

func decode(path string, from, into any) error {
	text, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return fmt.Errorf("%s.%s must be a whole number", path, wrong.Field)
	case err != nil:
		return errors.New(path + " is no such record")
	}
	return nil
}

// momentOf converts a time by the sender's clock, which is this host's.
func momentOf(path string, value, ahead any) (time.Time, error) {
	ms, _ := value.(float64)
	corrected, _ := ahead.(float64)
	now := time.Now()
	away := ms + corrected - float64(now.UnixMilli())
	if math.Abs(away) > float64(maxAway.Milliseconds()) {
		return now, errors.New(path + " must be Unix ms, at most a day from this host's clock")
	}
	return now.Add(time.Duration(away * float64(time.Millisecond))), nil
}

func inner(object map[string]any, names ...string) any {
	var value any = object
	for _, name := range names {
		next, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = next[name]
	}
	return value
}

// checkObjects: custom objects have bounds that the schema can't express.
func checkObjects(path string, objects map[string]any) error {
	for name, value := range objects {
		if value == nil {
			continue
		}
		if _, err := protocol.ObjectOf(value); err != nil {
			return fmt.Errorf("%s.%s must have at most %d bytes as JSON, and %d levels", path, name, protocol.MaxMetaBytes, protocol.MaxMetaDepth)
		}
	}
	return nil
}
