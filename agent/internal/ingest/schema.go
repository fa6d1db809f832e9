package ingest

import (
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"
)

// files are copies of the repository's schemas: a test compares them.
//
//go:embed schemas/*.json
var files embed.FS

// schema is the part of JSON Schema that the protocol's schemas use.
type schema struct {
	Type                 types              `json:"type"`
	Required             []string           `json:"required"`
	Properties           map[string]*schema `json:"properties"`
	Items                *schema            `json:"items"`
	AdditionalProperties *schema            `json:"additionalProperties"`
	ContentSchema        *schema            `json:"contentSchema"`
	Enum                 []any              `json:"enum"`
	Const                any                `json:"const"`
	Minimum, Maximum     *float64
	MinLength, MaxLength *int
	MinItems, MaxItems   *int
	MaxProperties        *int
	Pattern              string `json:"pattern"`

	pattern *regexp.Regexp
}

// types is one type or several.
type types []string

func (t *types) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, (*[]string)(t))
	}
	*t = types{""}
	return json.Unmarshal(text, &(*t)[0])
}

func load(name string) *schema {
	data, err := files.ReadFile("schemas/" + name + ".json")
	if err != nil {
		panic(err)
	}
	loaded := &schema{}
	if err := json.Unmarshal(data, loaded); err != nil {
		panic(err)
	}
	loaded.compile()
	return loaded
}

func (s *schema) compile() {
	if s == nil {
		return
	}
	if s.Pattern != "" {
		s.pattern = regexp.MustCompile(s.Pattern)
	}
	for _, property := range s.Properties {
		property.compile()
	}
	s.Items.compile()
	s.AdditionalProperties.compile()
	s.ContentSchema.compile()
}

// check names the first field that the schema refuses: `cpu.system must be a number`. Values are not repeated: they may be secret.
func (s *schema) check(path string, value any) error {
	if s == nil {
		return nil
	}
	if len(s.Type) > 0 && !s.Type.include(value) {
		return fmt.Errorf("%s must be %s", path, s.Type.words())
	}
	if s.Const != nil && value != s.Const {
		return fmt.Errorf("%s must be %v", path, s.Const)
	}
	if len(s.Enum) > 0 && value != nil && !isOneOf(value, s.Enum) {
		return fmt.Errorf("%s must be one of %s", path, words(s.Enum))
	}
	switch value := value.(type) {
	case string:
		return s.checkText(path, value)
	case float64:
		return s.checkNumber(path, value)
	case []any:
		return s.checkList(path, value)
	case map[string]any:
		return s.checkObject(path, value)
	}
	return nil
}

func (s *schema) checkText(path, text string) error {
	length := utf8.RuneCountInString(text)
	switch {
	case s.MinLength != nil && length < *s.MinLength:
		return fmt.Errorf("%s must not be empty", path)
	case s.MaxLength != nil && length > *s.MaxLength:
		return fmt.Errorf("%s must have at most %d characters", path, *s.MaxLength)
	case s.pattern != nil && !s.pattern.MatchString(text):
		return fmt.Errorf("%s must be %s", path, s.patternWords())
	}
	return nil
}

// patternWords: in the schemas a pattern with an exponent is that of a number.
func (s *schema) patternWords() string {
	switch {
	case strings.HasPrefix(s.Pattern, "^-?[0-9]"):
		return "a number"
	case strings.HasPrefix(s.Pattern, "^[0-9]+("):
		return "a number of 0 or more"
	}
	return "a text like " + s.Pattern
}

func (s *schema) checkNumber(path string, number float64) error {
	switch {
	case s.Minimum != nil && number < *s.Minimum:
		return fmt.Errorf("%s must be %v or more", path, *s.Minimum)
	case s.Maximum != nil && number > *s.Maximum:
		return fmt.Errorf("%s must be %v or less", path, *s.Maximum)
	case math.Abs(number) > 1e24:
		return fmt.Errorf("%s must be at most 1e24", path)
	}
	return nil
}

func (s *schema) checkList(path string, list []any) error {
	if s.MaxItems != nil && len(list) > *s.MaxItems {
		return fmt.Errorf("%s must have at most %d items", path, *s.MaxItems)
	}
	if s.MinItems != nil && len(list) < *s.MinItems {
		return fmt.Errorf("%s must have at least %d items", path, *s.MinItems)
	}
	for index, item := range list {
		if err := s.Items.check(fmt.Sprintf("%s[%d]", path, index), item); err != nil {
			return err
		}
	}
	return nil
}

func (s *schema) checkObject(path string, object map[string]any) error {
	for _, name := range s.Required {
		if _, has := object[name]; !has {
			return fmt.Errorf("%s.%s is missing", path, name)
		}
	}
	if s.MaxProperties != nil && len(object) > *s.MaxProperties {
		return fmt.Errorf("%s must have at most %d fields", path, *s.MaxProperties)
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		rule := s.Properties[name]
		if rule == nil {
			rule = s.AdditionalProperties
		}
		if err := rule.check(path+"."+name, object[name]); err != nil {
			return err
		}
	}
	return nil
}

func (t types) include(value any) bool {
	for _, name := range t {
		switch value := value.(type) {
		case nil:
			if name == "null" {
				return true
			}
		case string:
			if name == "string" {
				return true
			}
		case bool:
			if name == "boolean" {
				return true
			}
		case float64:
			if name == "number" || name == "integer" && value == math.Trunc(value) {
				return true
			}
		case []any:
			if name == "array" {
				return true
			}
		case map[string]any:
			if name == "object" {
				return true
			}
		}
	}
	return false
}

var typeWords = map[string]string{
	"null": "null", "string": "a text", "boolean": "true or false", "number": "a number", "integer": "a whole number",
	"array": "a list", "object": "an object",
}

func (t types) words() string {
	named := make([]string, len(t))
	for index, name := range t {
		named[index] = typeWords[name]
	}
	return strings.Join(named, " or ")
}

func isOneOf(value any, list []any) bool {
	for _, one := range list {
		if one == value {
			return true
		}
	}
	return false
}

func words(list []any) string {
	named := make([]string, len(list))
	for index, one := range list {
		named[index] = fmt.Sprint(one)
	}
	return strings.Join(named, ", ")
}
