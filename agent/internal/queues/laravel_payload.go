package queues

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

const maxFigure = 1e24

// payload has fields of a job's payload. Times are Unix ms.
type payload struct {
	id string
	// waitsSince is the earliest start of its wait.
	waitsSince *float64
	// isPushed: Horizon's queue pushed it.
	isPushed bool
}

// readPayload is false if the text is unreadable: a serializer or compression in the app's Redis client writes other formats than JSON.
func readPayload(text string) (payload, bool) {
	fields := fieldsOf(text)
	id := textField(fields, "uuid")
	if id == "" {
		id = textField(fields, "id")
	}
	if id == "" {
		return payload{}, false
	}
	_, isPushed := fields["pushedAt"]
	// Horizon's pushedAt is exact and updated at a retry, whose createdAt is still that of the failed job. Laravel writes createdAt since
	// version 12. Both in seconds.
	seconds := numberField(fields, "pushedAt")
	if seconds == nil {
		seconds = numberField(fields, "createdAt")
	}
	job := payload{id: id, isPushed: isPushed}
	if seconds != nil {
		job.waitsSince = known(math.Round(*seconds*1_000) + startDelay(fields))
	}
	return job, true
}

// startDelay: a delayed job does not wait before it is due; a released job still has its first delay.
func startDelay(fields map[string]json.RawMessage) float64 {
	delay, attempts := numberField(fields, "delay"), numberField(fields, "attempts")
	if delay != nil && *delay > 0 && attempts != nil && *attempts == 0 {
		return *delay * 1_000
	}
	return 0
}

// fieldsOf are those of a JSON object; nil for any other text.
func fieldsOf(text string) map[string]json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &fields) != nil {
		return nil
	}
	return fields
}

// textField also takes a number as a text; anything else is empty.
func textField(fields map[string]json.RawMessage, name string) string {
	var text string
	raw, has := fields[name]
	if has && json.Unmarshal(raw, &text) == nil {
		return text
	}
	var number float64
	if has && string(raw) != "null" && json.Unmarshal(raw, &number) == nil {
		return numberText(number)
	}
	return ""
}

// numberField also takes a text with a number; anything else is nil.
func numberField(fields map[string]json.RawMessage, name string) *float64 {
	raw, has := fields[name]
	if !has || string(raw) == "null" {
		return nil
	}
	var number float64
	if json.Unmarshal(raw, &number) != nil {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return nil
		}
		parsed, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			return nil
		}
		number = parsed
	}
	if math.IsNaN(number) || math.Abs(number) > maxFigure {
		return nil
	}
	return &number
}
