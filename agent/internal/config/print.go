package config

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"sort"
	"strings"
)

// Print lists the settings in force, each with where it comes from. Secrets are masked.
func (c *Config) Print() string {
	text := &strings.Builder{}
	fields := fieldsOf(reflect.ValueOf(c).Elem())
	keys := make([]string, 0, len(fields))
	for key := range fields {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		if fields[key].IsZero() {
			continue
		}
		source := c.sources[key]
		if source == "" {
			source = "default"
		}
		printValue(text, "", key, fields[key], "  ("+source+")")
	}
	return text.String()
}

func printValue(text *strings.Builder, indent, key string, value reflect.Value, note string) {
	switch {
	case value.Kind() == reflect.Slice && value.Type().Elem().Kind() == reflect.Struct:
		fmt.Fprintf(text, "%s%s:%s\n", indent, key, note)
		for index := range value.Len() {
			fmt.Fprintf(text, "%s  - %d\n", indent, index)
			printObject(text, indent+"    ", value.Index(index))
		}
	case value.Kind() == reflect.Struct:
		fmt.Fprintf(text, "%s%s:%s\n", indent, key, note)
		printObject(text, indent+"  ", value)
	case value.Kind() == reflect.Pointer:
		printValue(text, indent, key, value.Elem(), note)
	default:
		fmt.Fprintf(text, "%s%s: %s%s\n", indent, key, shown(key, value), note)
	}
}

func printObject(text *strings.Builder, indent string, object reflect.Value) {
	fields := fieldsOf(object)
	keys := make([]string, 0, len(fields))
	for key, field := range fields {
		if !field.IsZero() {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	for _, key := range keys {
		printValue(text, indent, key, fields[key], "")
	}
}

var (
	secretName = regexp.MustCompile(`(?i)token|password|secret|passwd|accesskey|credential`)
	pairSecret = regexp.MustCompile(`(?i)(password|passwd|pwd|secret|token)=[^\s&;]+`)
	dsnSecret  = regexp.MustCompile(`^([^:@/\s]*):.+@`)
)

func shown(key string, value reflect.Value) string {
	if secretName.MatchString(key) {
		return "***"
	}
	switch value.Kind() {
	case reflect.Slice:
		items := make([]string, value.Len())
		for index := range items {
			items[index] = MaskURL(fmt.Sprint(value.Index(index)))
		}
		return strings.Join(items, ", ")
	case reflect.Map:
		pairs := []string{}
		for _, name := range value.MapKeys() {
			pairs = append(pairs, fmt.Sprintf("%v=%s", name, shown(name.String(), value.MapIndex(name))))
		}
		sort.Strings(pairs)
		return strings.Join(pairs, ", ")
	}
	return MaskURL(fmt.Sprint(value))
}

// MaskURL hides the password of a URL or of a database's data source name, and secrets of its query.
func MaskURL(text string) string {
	if parsed, err := url.Parse(text); err == nil && parsed.Scheme != "" && parsed.Host != "" {
		if _, has := parsed.User.Password(); has {
			parsed.User = url.UserPassword(parsed.User.Username(), "***")
		}
		text = strings.ReplaceAll(parsed.String(), ":%2A%2A%2A@", ":***@")
	} else if strings.Contains(text, "@") {
		text = maskUnparsable(text)
	}
	return pairSecret.ReplaceAllString(text, "$1=***")
}

func maskUnparsable(text string) string {
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		return dsnSecret.ReplaceAllString(text, "$1:***@")
	}
	return scheme + "://***" + rest[strings.LastIndex(rest, "@"):]
}
