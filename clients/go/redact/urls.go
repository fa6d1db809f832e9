package redact

import (
	"regexp"
	"strings"
)

var (
	// address is a URL up to its end; in JSON its slashes may be escaped.
	address = regexp.MustCompile("\\b([A-Za-z][A-Za-z0-9+.-]*):(?://|\\\\/\\\\/)([^\\s\"'<>`]*)")
	port    = regexp.MustCompile(`^\d{1,5}[/?]`)
	hook    = regexp.MustCompile(`(?i)(hooks\.slack\.com/(?:services|workflows|triggers)/|discord(?:app)?\.com/api/(?:v\d+/)?webhooks/|webhook\.office\.com/webhookb2/|outlook\.office\.com/webhook/)[^\s"'<>]+`)
)

func maskURLs(text string) string {
	text = hook.ReplaceAllString(text, "${1}"+mask)
	if !strings.Contains(text, "@") {
		return text
	}
	var out strings.Builder
	at := 0
	for _, found := range address.FindAllStringSubmatchIndex(text, -1) {
		from, to := found[4], found[5]
		if end := credentialsEnd(text[found[2]:found[3]], text[from:to]); end > 0 {
			out.WriteString(text[at:from] + mask)
			at = from + end
		}
	}
	out.WriteString(text[at:])
	return out.String()
}

// credentialsEnd is the position of the @ behind the credentials of a URL; 0 without any. An unencoded password may contain slashes and @,
// so the last @ counts.
func credentialsEnd(scheme, rest string) int {
	first := strings.IndexAny(rest, "/:@?#")
	if first < 0 {
		return 0
	}
	switch rest[first] {
	case '@':
		return first
	case ':':
		isHTTP := strings.HasPrefix(scheme, "http") || strings.HasPrefix(scheme, "ws")
		if isHTTP && port.MatchString(rest[first+1:]) {
			return 0
		}
		return max(0, strings.LastIndexByte(rest, '@'))
	}
	return 0
}
