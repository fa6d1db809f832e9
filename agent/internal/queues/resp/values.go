package resp

import (
	"math"
	"strconv"
	"strings"
)

// Text is a reply's text; false for anything else.
func Text(value any) (string, bool) {
	text, is := value.(string)
	return text, is
}

// TextOf is a reply's text, or an empty one.
func TextOf(value any) string {
	text, _ := value.(string)
	return text
}

// Number is a finite number, also from a text; nil for anything else.
func Number(value any) *float64 {
	switch known := value.(type) {
	case int64:
		number := float64(known)
		return &number
	case string:
		number, err := strconv.ParseFloat(strings.TrimSpace(known), 64)
		if err != nil || math.IsInf(number, 0) || math.IsNaN(number) {
			return nil
		}
		return &number
	}
	return nil
}

// Count is Number, or 0.
func Count(value any) float64 {
	if number := Number(value); number != nil {
		return *number
	}
	return 0
}

// List is a reply's list; nil for anything else.
func List(value any) []any {
	list, _ := value.([]any)
	return list
}

// ErrorText is the text of an error within a list; false for anything else.
func ErrorText(value any) (string, bool) {
	refusal, is := value.(refused)
	return string(refusal), is
}

// Texts are the texts of a list.
func Texts(value any) []string {
	var texts []string
	for _, one := range List(value) {
		if text, is := Text(one); is {
			texts = append(texts, text)
		}
	}
	return texts
}

// Scored is a member of a sorted set.
type Scored struct {
	Member string
	Score  float64
}

// ScoredOf are the members of a reply WITHSCORES.
func ScoredOf(value any) []Scored {
	list := List(value)
	var members []Scored
	for index := 0; index+1 < len(list); index += 2 {
		member, isText := Text(list[index])
		score := Number(list[index+1])
		if isText && score != nil {
			members = append(members, Scored{member, *score})
		}
	}
	return members
}
