package quasar

import "regexp"

var traceparent = regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)`)

const (
	noTrace = "00000000000000000000000000000000"
	noSpan  = "0000000000000000"
)

// traceIDOf reads the trace id of a W3C traceparent; "" if it is invalid.
func traceIDOf(header string) string {
	found := traceparent.FindStringSubmatch(header)
	if found == nil || found[1] == "ff" || found[2] == noTrace || found[3] == noSpan {
		return ""
	}
	if found[1] == "00" && len(header) != 55 {
		return ""
	}
	return found[2]
}
