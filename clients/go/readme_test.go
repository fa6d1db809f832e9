package quasar_test

import (
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	quasar "github.com/gravito-framework/quasar/clients/go"
)

func TestTheReadmeIsRight(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	_, example, _ := strings.Cut(readme, "```go\n")
	example, _, _ = strings.Cut(example, "```")
	if _, err := parser.ParseFile(token.NewFileSet(), "main.go", example, parser.AllErrors); err != nil {
		t.Error(err)
	}
	options := reflect.TypeOf(quasar.Options{})
	for i := range options.NumField() {
		if name := options.Field(i).Name; !strings.Contains(readme, "`"+name+"`") {
			t.Errorf("the option %s is missing", name)
		}
	}
}
