package resp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"
)

// Error is a refusal of Redis, or a failure to reach it. Code is the first word of Redis' answer, or the system's code.
type Error struct {
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Message }

// IsAboutKey tells whether the error concerns only this key or this command, so that other keys can be read.
func (e *Error) IsAboutKey() bool {
	return e != nil && (e.Code == "WRONGTYPE" || e.Code == "NOPERM" || e.Code == "NOCMD" || e.Code == "TOOLARGE")
}

var advice = map[string]string{
	"NOAUTH":       "Redis wants a password and got none: put it into the URL or the options",
	"WRONGPASS":    "Redis refuses this user name or password",
	"NOPERM":       "The Redis user lacks a permission that docs/agent.md lists",
	"NOCMD":        "Redis does not know a command that is needed: it was renamed or disabled, or this Redis is too old",
	"OOM":          "Redis is out of memory and takes no more data",
	"READONLY":     "This Redis is a read-only replica: connect to its primary",
	"WRONGTYPE":    "A key holds another type of data",
	"MOVED":        "This Redis is one node of a Cluster, which holds a part of the keys",
	"CLUSTERDOWN":  "The Redis Cluster is down",
	"LOADING":      "Redis is still loading its data",
	"MISCONF":      "Redis cannot save its data, and changes nothing until it can",
	"BUSY":         "A script keeps Redis from everything else",
	"MASTERDOWN":   "The Redis replica has lost its primary",
	"TOOLARGE":     "The value is larger than the agent loads",
	"ECONNREFUSED": "Nothing listens where Redis should be",
	"ECONNRESET":   "Redis closed the connection",
	"ENOTFOUND":    "The name of Redis' host is not known",
	"ETIMEDOUT":    "Redis does not answer",
	"EHOSTUNREACH": "Redis cannot be reached",
	"ENETUNREACH":  "Redis cannot be reached",
	"ENOENT":       "Redis' socket does not exist",
	"ETLS":         "Redis' TLS certificate is refused, or it speaks no TLS",
}

var (
	// Redis 7.0 and older report a script's missing permission as a general error.
	scriptRights = regexp.MustCompile(`(?is)^ERR .*the user executing the script`)
	// Redis 6 reports an error within a script at the end of a sentence about the script.
	withinScript = regexp.MustCompile(`(?s)^ERR Error (?:running|compiling) script.*?: -([A-Z]{3,})\b`)
	firstWord    = regexp.MustCompile(`^-?([A-Z]{3,})\b`)
	unknown      = regexp.MustCompile(`(?i)^ERR unknown (redis )?command`)
	arguments    = regexp.MustCompile(`(?s)with args beginning with:.*$`)
	scriptEnd    = regexp.MustCompile(`(?s),? script: [\da-f]{40}, on .*$`)
	credentials  = regexp.MustCompile(`//[^\s@/]*@`)
)

// Described is the error of a reply's text, with a remedy and without secrets.
func Described(message, where string) *Error {
	code := codeOf(message)
	words, found := advice[code]
	if !found {
		return &Error{code, fmt.Sprintf("Redis at %s: %s", where, withoutSecrets(message))}
	}
	text := fmt.Sprintf("%s (%s, %s)", words, where, code)
	if code == "NOPERM" || code == "NOCMD" {
		text += fmt.Sprintf(" (%s)", withoutSecrets(message))
	}
	return &Error{code, text}
}

func codeOf(message string) string {
	switch {
	case unknown.MatchString(message):
		return "NOCMD"
	// Before Redis 6, a wrong password is a plain ERR.
	case strings.Contains(strings.ToLower(message), "invalid password"):
		return "WRONGPASS"
	case scriptRights.MatchString(message):
		return "NOPERM"
	}
	if match := withinScript.FindStringSubmatch(message); match != nil {
		return match[1]
	}
	if match := firstWord.FindStringSubmatch(message); match != nil {
		return match[1]
	}
	return "ERR"
}

// withoutSecrets drops what Redis repeats of a command's arguments; a URL may have a password.
func withoutSecrets(message string) string {
	text := arguments.ReplaceAllString(message, "")
	text = scriptEnd.ReplaceAllString(text, "")
	text = credentials.ReplaceAllString(text, "//***@")
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "")
	}
	return strings.TrimSpace(text)
}

func failure(err error, where string) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	code := systemCode(err)
	return &Error{code, fmt.Sprintf("%s (%s, %s)", advice[code], where, code)}
}

func systemCode(err error) string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "ETIMEDOUT"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "ECONNREFUSED"
	case errors.Is(err, syscall.ENOENT):
		return "ENOENT"
	case errors.Is(err, syscall.EHOSTUNREACH):
		return "EHOSTUNREACH"
	case errors.Is(err, syscall.ENETUNREACH):
		return "ENETUNREACH"
	case errors.As(err, &dns):
		return "ENOTFOUND"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "ETIMEDOUT"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET),
		errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		return "ECONNRESET"
	}
	if strings.Contains(err.Error(), "tls") || strings.Contains(err.Error(), "x509") {
		return "ETLS"
	}
	return "ECONNRESET"
}
