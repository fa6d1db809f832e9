package queues

import "strings"

// cutUnits cuts a text at a number of characters and marks the cut with `…`; it never splits a character.
func cutUnits(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= most || units(text) <= most {
		return text
	}
	length := 0
	for index, letter := range text {
		size := 1
		if letter > 0xFFFF {
			size = 2
		}
		if length+size > most-1 {
			return text[:index] + "…"
		}
		length += size
	}
	return text
}

func textOr(text *string, fallback string) string {
	if text == nil {
		return fallback
	}
	return *text
}
