package probe

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAProbeThatFailsPanicsOrHangs(t *testing.T) {
	guard, ctx := NewGuard(), context.Background()
	run := func(name string, measure func(context.Context) (int, error)) bool {
		_, ok := Run(ctx, guard, name, 10*time.Millisecond, measure)
		return ok
	}
	release := make(chan struct{})
	if run("fails", func(context.Context) (int, error) { return 0, errors.New("no such file") }) ||
		run("panics", func(context.Context) (int, error) { panic("oops") }) ||
		run("hangs", func(context.Context) (int, error) { <-release; return 1, nil }) {
		t.Error("a value of a probe that gave none")
	}
	started := false
	run("hangs", func(context.Context) (int, error) { started = true; return 1, nil })
	if started {
		t.Error("a probe that hangs was started again")
	}
	text := strings.Join(guard.Errors(), "\n")
	for _, part := range []string{"fails: no such file", "hangs: it has not answered", "panics: it panicked: oops"} {
		if !strings.Contains(text, part) {
			t.Errorf("%s is missing in %s", part, text)
		}
	}
	close(release)
	for !run("hangs", func(context.Context) (int, error) { return 1, nil }) {
		time.Sleep(time.Millisecond)
	}
	if len(guard.Errors()) != 2 {
		t.Errorf("a probe that works again still fails: %v", guard.Errors())
	}
}
