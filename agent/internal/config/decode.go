package config

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decoder puts a YAML tree into a struct. Unlike yaml.Decode it names the nearest key for an unknown one, expands variables, and never
// repeats a value in an error: it may be a secret.
type decoder struct {
	file     string
	env      *Env
	problems []string
}

const maxProblems = 20

func (d *decoder) problem(node *yaml.Node, format string, args ...any) {
	if len(d.problems) < maxProblems {
		place := fmt.Sprintf("%s:%d:%d ", d.file, node.Line, node.Column)
		d.problems = append(d.problems, place+fmt.Sprintf(format, args...))
	}
}

func (d *decoder) value(path string, node *yaml.Node, into reflect.Value) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(into.Type().Elem())
		d.value(path, node, fresh.Elem())
		into.Set(fresh)
	case reflect.Struct:
		d.object(path, node, into)
	case reflect.Slice:
		d.list(path, node, into)
	case reflect.Map:
		d.pairs(path, node, into)
	default:
		d.scalar(path, node, into)
	}
}

func (d *decoder) object(path string, node *yaml.Node, into reflect.Value) {
	if node.Kind != yaml.MappingNode {
		d.problem(node, "%s takes keys with values", nameOf(path))
		return
	}
	fields := fieldsOf(into)
	seen := map[string]bool{}
	for at := 0; at+1 < len(node.Content); at += 2 {
		key, value := node.Content[at], node.Content[at+1]
		field, known := fields[key.Value]
		if !known {
			d.problem(key, "%s is no setting%s", join(path, key.Value), suggestion(path, key.Value, fields))
			continue
		}
		if seen[key.Value] {
			d.problem(key, "%s is given twice", join(path, key.Value))
			continue
		}
		seen[key.Value] = true
		d.value(join(path, key.Value), value, field)
	}
}

func (d *decoder) list(path string, node *yaml.Node, into reflect.Value) {
	if node.Kind == yaml.ScalarNode && into.Type().Elem().Kind() == reflect.String {
		text, ok := d.text(path, node)
		if ok {
			into.Set(reflect.ValueOf(splitList(text)).Convert(into.Type()))
		}
		return
	}
	if node.Kind != yaml.SequenceNode {
		d.problem(node, "%s takes a list", path)
		return
	}
	items := reflect.MakeSlice(into.Type(), len(node.Content), len(node.Content))
	for index, item := range node.Content {
		d.value(fmt.Sprintf("%s[%d]", path, index), item, items.Index(index))
	}
	into.Set(items)
}

func (d *decoder) pairs(path string, node *yaml.Node, into reflect.Value) {
	if node.Kind != yaml.MappingNode {
		d.problem(node, "%s takes keys with values", path)
		return
	}
	pairs := reflect.MakeMap(into.Type())
	for at := 0; at+1 < len(node.Content); at += 2 {
		item := reflect.New(into.Type().Elem()).Elem()
		d.value(join(path, node.Content[at].Value), node.Content[at+1], item)
		pairs.SetMapIndex(reflect.ValueOf(node.Content[at].Value).Convert(into.Type().Key()), item)
	}
	into.Set(pairs)
}

func (d *decoder) scalar(path string, node *yaml.Node, into reflect.Value) {
	text, ok := d.text(path, node)
	if !ok {
		return
	}
	if message := setScalar(into, text); message != "" {
		d.problem(node, "%s takes %s", path, message)
	}
}

// text is a scalar's text with its variables replaced.
func (d *decoder) text(path string, node *yaml.Node) (string, bool) {
	if node.Kind != yaml.ScalarNode {
		d.problem(node, "%s takes a text or a number", path)
		return "", false
	}
	text, err := d.env.Expand(node.Value)
	if err != nil {
		d.problem(node, "%s: %v", path, err)
		return "", false
	}
	return text, true
}

// setScalar returns what the value takes if text is none, else an empty text.
func setScalar(into reflect.Value, text string) string {
	switch into.Kind() {
	case reflect.String:
		into.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return "true or false"
		}
		into.SetBool(text == "true")
	case reflect.Int, reflect.Int64:
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return "a whole number"
		}
		into.SetInt(number)
	case reflect.Float64:
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return "a number"
		}
		into.SetFloat(number)
	case reflect.Interface:
		into.Set(reflect.ValueOf(text))
	default:
		return "another kind of value"
	}
	return ""
}

func fieldsOf(object reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for index := range object.NumField() {
		field := object.Type().Field(index)
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if strings.Contains(options, "inline") {
			for inner, value := range fieldsOf(object.Field(index)) {
				fields[inner] = value
			}
			continue
		}
		if name != "" && name != "-" && field.IsExported() {
			fields[name] = object.Field(index)
		}
	}
	return fields
}

func suggestion(path, key string, fields map[string]reflect.Value) string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	if near := nearest(key, names); near != "" {
		return "; did you mean " + join(path, near) + "?"
	}
	return "; known are " + strings.Join(names, ", ")
}

func splitList(text string) []string {
	items := []string{}
	for _, item := range strings.Split(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func nameOf(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}
