package quasar

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/gravito-framework/quasar/clients/go/redact"
)

// description of an error, masked and bounded.
type description struct {
	name, message, stack, fingerprint string
}

const (
	maxFrames = 64
	maxCauses = 16
)

// describe never panics, even if a method of the error does.
func describe(value any, frames []runtime.Frame) description {
	name, message := safely("error", func() string { return nameOf(value) }), safely("", func() string { return messageOf(value) })
	// The rest of a long message is never shown, and masking it would take time of the app.
	name, message = redact.Within(name, protocol.MaxNameChars), redact.Text(protocol.Cut(message, 2*protocol.MaxMessageChars))
	stack := message
	for _, frame := range frames {
		stack += "\n    at " + frame.Function + " (" + frame.File + ":" + strconv.Itoa(frame.Line) + ")"
	}
	stack += safely("", func() string { return causesOf(value) })
	return description{
		name: name, message: protocol.Cut(message, protocol.MaxMessageChars),
		stack:       protocol.Cut(name+": "+stack, protocol.MaxStackChars),
		fingerprint: fingerprintOf(name, message, frames),
	}
}

func safely(otherwise string, read func() string) (text string) {
	defer func() {
		if recover() != nil {
			text = otherwise
		}
	}()
	return read()
}

func messageOf(value any) string {
	if err, ok := value.(error); ok {
		return err.Error()
	}
	return fmt.Sprint(value)
}

// nameOf is the type of the first error of a chain that has one of its own: fs.PathError, not fmt.wrapError.
func nameOf(value any) string {
	err, ok := value.(error)
	if !ok {
		return "panic"
	}
	for range maxCauses {
		if name := strings.TrimPrefix(reflect.TypeOf(err).String(), "*"); !isGeneric(name) {
			return name
		}
		inner := innerOf(err)
		if len(inner) == 0 {
			break
		}
		err = inner[0]
	}
	return "error"
}

func isGeneric(name string) bool {
	switch name {
	case "errors.errorString", "errors.joinError", "fmt.wrapError", "fmt.wrapErrors", "errors.withStack", "errors.withMessage", "errors.fundamental":
		return true
	}
	return false
}

// innerOf are the errors that an error wraps.
func innerOf(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	if one := errors.Unwrap(err); one != nil {
		return []error{one}
	}
	return nil
}

// causesOf has the errors of a chain whose types are their own, or that are several.
func causesOf(value any) string {
	err, ok := value.(error)
	if !ok {
		return ""
	}
	var out strings.Builder
	rest := innerOf(err)
	for n := 0; len(rest) > 0 && n < maxCauses; n++ {
		cause := rest[0]
		rest = append(rest[1:len(rest):len(rest)], innerOf(cause)...)
		if name := strings.TrimPrefix(reflect.TypeOf(cause).String(), "*"); !isGeneric(name) || len(rest) > 1 {
			out.WriteString("\nCaused by: " + name + ": " + redact.Text(protocol.Cut(cause.Error(), protocol.MaxMessageChars)))
		}
	}
	return out.String()
}

// callers are the frames of this goroutine, without those of the runtime and of this package at the top. While it panics, they begin where
// the panic did.
func callers(skip int) []runtime.Frame {
	counters := make([]uintptr, maxFrames)
	counters = counters[:runtime.Callers(skip+2, counters)]
	all := make([]runtime.Frame, 0, len(counters))
	for frames := runtime.CallersFrames(counters); ; {
		frame, more := frames.Next()
		if frame.Function == "runtime.gopanic" {
			all = all[:0]
		} else if len(all) > 0 || !isOwn(frame) {
			all = append(all, frame)
		}
		if !more {
			return all
		}
	}
}

// ownFolder is that of this package's files.
var ownFolder = func() string {
	_, file, _, _ := runtime.Caller(0)
	return path.Dir(file)
}()

// isOwn goes by files: the functions of this package may be inlined into the app's.
func isOwn(frame runtime.Frame) bool {
	isHere := path.Dir(frame.File) == ownFolder && !strings.HasSuffix(frame.File, "_test.go")
	return strings.HasPrefix(frame.Function, "runtime.") || isHere
}

// fingerprintOf is the same for errors of one origin: of the type, the message without what varies, and the app's frame nearest to the error
// (without its line, so a new line above makes no new group).
func fingerprintOf(name, message string, frames []runtime.Frame) string {
	place := ""
	for _, frame := range frames {
		if place == "" || !isLibrary(frame) {
			place = frame.Function
		}
		if !isLibrary(frame) {
			break
		}
	}
	sum := sha256.Sum256([]byte(name + "\n" + templateOf(message) + "\n" + place))
	return hex.EncodeToString(sum[:])[:16]
}

func isLibrary(frame runtime.Frame) bool {
	package_, _, _ := strings.Cut(frame.Function, ".")
	isStandard := !strings.Contains(frame.Function, "/") && package_ != "main"
	return isStandard || strings.Contains(frame.File, "/pkg/mod/") || strings.Contains(frame.File, "/vendor/") || strings.HasPrefix(frame.Function, "net/http.")
}

// varies are the parts of messages that differ between errors of one cause.
var varies = []struct {
	pattern *regexp.Regexp
	mark    string
}{
	{regexp.MustCompile("\"[^\"]*(?:\"|$)|`[^`]*(?:`|$)"), "<value>"},
	{regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]{1,20}://[^\s<>'",;)]+`), "<url>"},
	{regexp.MustCompile(`(?i)\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b`), "<id>"},
	{regexp.MustCompile(`(?:[\w.-]*/)+[\w.@%+~-]+`), "<path>"},
	{regexp.MustCompile(`\b0x[\da-fA-F]+\b`), "#"},
	{regexp.MustCompile(`\b[a-f]*\d[\da-f]{5,}\b`), "#"},
	{regexp.MustCompile(`[-+]?\d+(?:[.,:]\d+)*`), "#"},
	{regexp.MustCompile(`\s+`), " "},
}

func templateOf(message string) string {
	message = protocol.Cut(message, 300)
	for _, part := range varies {
		message = part.pattern.ReplaceAllString(message, part.mark)
	}
	return protocol.Cut(strings.TrimSpace(message), protocol.MaxNameChars)
}
