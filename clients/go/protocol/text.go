package protocol

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"unicode/utf8"
)

// Text is a text that may be unknown: an empty one is written as null.
type Text string

// MarshalJSON writes null for an empty text.
func (t Text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return encode(string(t))
}

// Known returns a figure that is known.
func Known(value float64) *float64 { return &value }

// Rounded returns a figure with at most three decimals; nil, which is unknown, unless it is a valid figure.
func Rounded(value float64) *float64 {
	if math.IsNaN(value) || math.Abs(value) > MaxFigure {
		return nil
	}
	// The sum removes the sign of -0, which JSON has and Quasar's readers do not expect.
	rounded := math.Round(value*1_000)/1_000 + 0
	return &rounded
}

// Percent returns a share as a percentage of 0 to 100; nil unless it is a number.
func Percent(share float64) *float64 {
	return Rounded(min(100, max(0, share*100)))
}

// Cut cuts a text at a number of characters (UTF-16 code units, as readers count them) and marks the cut with an ellipsis. It never splits
// a character, and makes the text valid UTF-8.
func Cut(text string, maxChars int) string {
	if len(text) > 4*maxChars {
		// Converting a text of megabytes for a few hundred characters would be wasteful.
		text = text[:4*maxChars] + "…"
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= maxChars {
		return text
	}
	units, end := 0, 0
	for at, char := range text {
		width := 1
		if char > 0xFFFF {
			width = 2
		}
		if units+width <= maxChars-1 {
			end = at + utf8.RuneLen(char)
		}
		units += width
	}
	if units <= maxChars {
		return text
	}
	return text[:end] + "…"
}

// encode writes JSON as JSON.stringify does: without escapes for HTML, and without a line feed.
func encode(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return unescapeSeparators(bytes.TrimSuffix(out.Bytes(), []byte("\n"))), nil
}

// unescapeSeparators writes U+2028, U+2029 and U+FFFD themselves, which encoding/json writes as escapes.
func unescapeSeparators(text []byte) []byte {
	if !bytes.Contains(text, []byte(`\u2028`)) && !bytes.Contains(text, []byte(`\u2029`)) && !bytes.Contains(text, []byte(`\ufffd`)) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out = append(out, text[i])
			continue
		}
		switch escape := string(text[i:min(i+6, len(text))]); escape {
		case `\u2028`, `\u2029`, `\ufffd`:
			out = append(out, map[string]string{`\u2028`: "\u2028", `\u2029`: "\u2029", `\ufffd`: "\uFFFD"}[escape]...)
			i += 5
		default:
			out = append(out, text[i], text[i+1])
			i++
		}
	}
	return out
}

func encodeText(value any) (string, error) {
	text, err := encode(value)
	return string(text), err
}
