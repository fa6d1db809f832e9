package process

import (
	"context"
	"strings"
	"testing"
	"time"
)

// Thousands of long command lines and a slow expression: what one look has no time for, the next one goes on with.
func TestALookThatTakesTooLong(t *testing.T) {
	rules := []Rule{{Service: "a", Command: "(a*)*b$"}}
	if err := rules[0].Check(); err != nil {
		t.Fatal(err)
	}
	watch := NewWatch(rules, "", "")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	entries := []entry{{Key: Key{PID: 1}}}
	if err := watch.readDetails(ended, entries, time.Now()); err == nil || !strings.Contains(err.Error(), "takes too long") {
		t.Errorf("got %v", err)
	}
	if err := watch.readDetails(context.Background(), entries, time.Now()); err != nil || len(watch.details) != 1 {
		t.Errorf("%v, %d details", err, len(watch.details))
	}
	if err := watch.readDetails(ended, nil, time.Now()); err != nil {
		t.Errorf("nothing to read: %v", err)
	}
}
