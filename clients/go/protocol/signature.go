package protocol

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

// Signer signs records with a token shared by reporters and Zenith. A nil Signer leaves everything unsigned.
type Signer struct {
	keyID string
	token []byte
}

// TakesToken says what a token may be, without repeating one.
const TakesToken = "a token of 16 to 256 characters (ASCII, without spaces and commas), or two different ones during a rotation, with a comma between"

// ParseTokens reads one token, or two separated by a comma; the first one signs. The error never contains a token.
func ParseTokens(text string) ([]string, error) {
	tokens := strings.Split(text, ",")
	if len(tokens) > 2 || len(tokens) == 2 && tokens[0] == tokens[1] {
		return nil, errors.New("takes " + TakesToken)
	}
	for _, token := range tokens {
		if !isToken(token) {
			return nil, errors.New("takes " + TakesToken)
		}
	}
	return tokens, nil
}

func isToken(token string) bool {
	if len(token) < 16 || len(token) > 256 {
		return false
	}
	for i := 0; i < len(token); i++ {
		if token[i] < '!' || token[i] > '~' || token[i] == ',' {
			return false
		}
	}
	return true
}

// NewSigner returns a Signer for a token of ParseTokens; nil for an empty one.
func NewSigner(token string) *Signer {
	if token == "" {
		return nil
	}
	signer := &Signer{token: []byte(token)}
	signer.keyID = signer.mac("quasar key id")[:8]
	return signer
}

// JSON returns the text of a JSON object with its signature at the end. The key is the whole Redis key.
func (s *Signer) JSON(key, text string) string {
	if s == nil {
		return text
	}
	return text[:len(text)-1] + `,"sig":"` + s.sign(key, text) + `"}`
}

// Fields returns the fields of a stream entry (name, value, name, value …) with their signature at the end.
func (s *Signer) Fields(key string, fields []string) []string {
	if s == nil {
		return fields
	}
	var record strings.Builder
	for _, text := range fields {
		record.WriteString(strconv.Itoa(len(text)) + ":" + text + ",")
	}
	return append(fields[:len(fields):len(fields)], "sig", s.sign(key, record.String()))
}

// String hides the token from logs.
func (s *Signer) String() string { return "Signer" }

// GoString hides the token from logs.
func (s *Signer) GoString() string { return "Signer" }

func (s *Signer) sign(key, record string) string { return s.keyID + "." + s.mac(key+"\n"+record) }

func (s *Signer) mac(text string) string {
	hash := hmac.New(sha256.New, s.token)
	hash.Write([]byte(text))
	return hex.EncodeToString(hash.Sum(nil))
}
