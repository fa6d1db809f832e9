package ingest

import (
	"encoding/json"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/redact"
)

// Senders must mask secrets themselves; a sender that forgets it must not fill Redis with them.

func maskHeartbeat(beat *protocol.Heartbeat) {
	beat.Meta = maskObject(beat.Meta)
	if beat.Ready != nil {
		beat.Ready.Deps = maskObject(beat.Ready.Deps)
	}
	if beat.Children == nil {
		return
	}
	for index := range beat.Children.Running {
		maskText(&beat.Children.Running[index].Command, protocol.MaxNameChars)
	}
	for index := range beat.Children.Ended {
		maskText(&beat.Children.Ended[index].Command, protocol.MaxNameChars)
	}
}

func maskException(exception *protocol.Exception) {
	exception.Message = redact.Within(exception.Message, protocol.MaxMessageChars)
	maskText(&exception.Stack, protocol.MaxStackChars)
	exception.Fingerprint = redact.Name(exception.Fingerprint)
	maskText(&exception.Route, protocol.MaxNameChars)
	maskText(&exception.Path, protocol.MaxNameChars)
}

func maskSlow(entry *protocol.SlowEntry) {
	entry.Name = redact.Name(entry.Name)
	if entry.Meta.URL != "" {
		entry.Meta.URL = protocol.Text(redact.URL(string(entry.Meta.URL)))
	}
	for name, value := range entry.Meta.Headers {
		entry.Meta.Headers[name] = maskValue(name, value).(string)
	}
}

func maskQueue(queue *protocol.QueueEntry) {
	maskText(&queue.Place, protocol.MaxNameChars)
	maskText(&queue.Error, protocol.MaxMessageChars)
	queue.Meta = maskObject(queue.Meta)
}

func maskText(text *protocol.Text, maxChars int) {
	if *text != "" {
		*text = protocol.Text(redact.Within(string(*text), maxChars))
	}
}

// maskObject is null if masking made it too long.
func maskObject(object protocol.Object) protocol.Object {
	var value any
	if object == nil || json.Unmarshal(object, &value) != nil || value == nil {
		return nil
	}
	masked, _ := protocol.ObjectOf(maskValue("", value))
	return masked
}

func maskValue(name string, value any) any {
	switch value := value.(type) {
	case string:
		if redact.NamesSecret(name) {
			return "***"
		}
		return redact.Text(value)
	case map[string]any:
		for inner, item := range value {
			value[inner] = maskValue(inner, item)
		}
	case []any:
		for index, item := range value {
			value[index] = maskValue(name, item)
		}
	}
	return value
}
