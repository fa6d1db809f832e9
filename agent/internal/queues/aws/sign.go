// Package aws signs requests and finds credentials, as far as SQS needs it: the SDK would double the size of the agent.
package aws

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sort"
	"strings"
	"time"
)

// Credentials of AWS. Their texts never appear in errors.
type Credentials struct {
	AccessKey    string
	SecretKey    string
	SessionToken string
	// Expires is zero for credentials that stay.
	Expires time.Time
}

// String hides them from logs.
func (c Credentials) String() string { return "Credentials" }

// GoString hides them from logs.
func (c Credentials) GoString() string { return "Credentials" }

const algorithm = "AWS4-HMAC-SHA256"

// Sign adds the headers of Signature Version 4 to a POST request whose path is `/` or has only unreserved characters, and has no query.
func Sign(request *http.Request, body []byte, credentials Credentials, region, service string, at time.Time) {
	stamp := at.UTC().Format("20060102T150405Z")
	request.Header.Set("X-Amz-Date", stamp)
	if credentials.SessionToken != "" {
		request.Header.Set("X-Amz-Security-Token", credentials.SessionToken)
	}
	names, headers := canonicalHeaders(request)
	path := request.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	canonical := strings.Join([]string{request.Method, path, "", headers, names, hashOf(body)}, "\n")
	scope := strings.Join([]string{stamp[:8], region, service, "aws4_request"}, "/")
	text := strings.Join([]string{algorithm, stamp, scope, hashOf([]byte(canonical))}, "\n")
	key := mac([]byte("AWS4"+credentials.SecretKey), stamp[:8])
	for _, part := range []string{region, service, "aws4_request"} {
		key = mac(key, part)
	}
	request.Header.Set("Authorization", algorithm+" Credential="+credentials.AccessKey+"/"+scope+
		", SignedHeaders="+names+", Signature="+hex.EncodeToString(mac(key, text)))
}

// canonicalHeaders are the host and the headers that are signed.
func canonicalHeaders(request *http.Request) (names, headers string) {
	host := request.Host
	if host == "" {
		host = request.URL.Host
	}
	values := map[string]string{"host": host}
	for name := range request.Header {
		lower := strings.ToLower(name)
		if lower == "content-type" || strings.HasPrefix(lower, "x-amz-") {
			values[lower] = strings.TrimSpace(request.Header.Get(name))
		}
	}
	sorted := make([]string, 0, len(values))
	for name := range values {
		sorted = append(sorted, name)
	}
	sort.Strings(sorted)
	var lines strings.Builder
	for _, name := range sorted {
		lines.WriteString(name + ":" + values[name] + "\n")
	}
	return strings.Join(sorted, ";"), lines.String()
}

func mac(key []byte, text string) []byte {
	hash := hmac.New(sha256.New, key)
	hash.Write([]byte(text))
	return hash.Sum(nil)
}

func hashOf(bytes []byte) string {
	sum := sha256.Sum256(bytes)
	return hex.EncodeToString(sum[:])
}
