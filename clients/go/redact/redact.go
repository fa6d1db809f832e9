// Package redact masks secrets in texts before they are stored: credentials in URLs, values of fields whose names are those of secrets,
// authorization headers, cookies, keys of well-known shapes, private keys, card numbers and mail addresses.
//
// It recognizes forms, not meanings: keep secrets out of names and messages anyway. All its expressions take linear time.
package redact

import (
	"regexp"
	"strings"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

const (
	mask = "***"
	// maxChars bounds the work: what is behind is dropped, as all bounds of the protocol are smaller.
	maxChars = 32_768

	maxURLChars      = 500
	maxQueryKeys     = 30
	maxQueryKeyChars = 64
	maxIDChars       = 128
)

// Text masks the secrets of a text, which may have several lines. It reads 32 768 bytes.
func Text(text string) string {
	if len(text) > maxChars {
		text = protocol.Cut(text, maxChars/4)
	}
	text = privateKey.ReplaceAllString(text, mask)
	text = maskURLs(text)
	text = dsn.ReplaceAllString(text, "$1:"+mask+"@$2")
	text = cookie.ReplaceAllString(text, "$1"+mask)
	text = authorization.ReplaceAllString(text, "$1"+mask)
	text = bearer.ReplaceAllStringFunc(text, maskBearer)
	text = maskPairs(text)
	text = jwt.ReplaceAllString(text, mask)
	text = vendorKey.ReplaceAllStringFunc(text, maskKey)
	text = card.ReplaceAllStringFunc(text, maskCard)
	return mail.ReplaceAllStringFunc(text, maskMail)
}

// Within masks a text and cuts it at a number of characters.
func Within(text string, maxChars int) string { return protocol.Cut(Text(text), maxChars) }

// Name masks the name of a route, a job or a queue.
func Name(name string) string { return Within(name, protocol.MaxNameChars) }

// ID masks an id from outside.
func ID(id string) string { return Within(id, maxIDChars) }

// URL masks a request's URL: without the values of its query and its fragment.
func URL(url string) string {
	url, _, _ = strings.Cut(url, "#")
	address, query, hasQuery := strings.Cut(url, "?")
	address = Within(address, maxURLChars)
	if !hasQuery {
		return address
	}
	names := strings.SplitN(query[:min(len(query), 8_192)], "&", maxQueryKeys+1)
	names = names[:min(len(names), maxQueryKeys)]
	for i, pair := range names {
		name, _, _ := strings.Cut(pair, "=")
		names[i] = Within(name, maxQueryKeyChars) + "="
	}
	return protocol.Cut(address+"?"+strings.Join(names, "&"), maxURLChars)
}

var (
	privateKey = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)`)
	// dsn is that of Go's MySQL driver, and user:password@host:3306.
	dsn           = regexp.MustCompile(`\b([\w.-]+):[^\s:@/'"]+@((?:tcp|tcp4|tcp6|unix|udp)\(|[\w.-]+:\d)`)
	cookie        = regexp.MustCompile(`(?i)((?:set-)?cookie["']?\s*[:=]\s*["'\[]*)[^\r\n"'\]]+`)
	authorization = regexp.MustCompile(`(?i)(authori[sz]ation["']?\s*[:=]\s*["'\[]*)(?:[a-z]+[ \t]+)?[^\s"',;\]]+`)
	bearer        = regexp.MustCompile(`(?i)\b(?:bearer|basic)[ \t]+[\w.~+/=-]{8,}`)
	jwt           = regexp.MustCompile(`\beyJ[\w-]{10,}(?:\.[\w-]*){0,4}`)
	card          = regexp.MustCompile(`\b\d(?:[ -]?\d){12,18}\b`)
	mail          = regexp.MustCompile(`[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b`)
)

// maskBearer leaves "basic authentication" alone: a secret has a digit or a capital letter.
func maskBearer(text string) string {
	scheme, token, _ := strings.Cut(text, " ")
	if !isStrong(token) {
		return text
	}
	return scheme + " " + mask
}

func isStrong(text string) bool {
	return strings.ContainsAny(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

func maskMail(address string) string {
	if strings.HasPrefix(address, "git@") || strings.Contains(address, mask) {
		return address
	}
	return mask
}

// maskCard masks numbers with the check digit of a card.
func maskCard(number string) string {
	sum, double := 0, false
	for i := len(number) - 1; i >= 0; i-- {
		if number[i] < '0' {
			continue
		}
		digit := int(number[i] - '0')
		if double {
			digit = digit*2 - digit/5*9
		}
		sum, double = sum+digit, !double
	}
	if sum%10 != 0 {
		return number
	}
	return mask
}
