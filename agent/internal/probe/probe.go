// Package probe runs measurements so that one that fails, panics or hangs costs only its own figure.
package probe

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"time"
)

// Guard runs probes and remembers which of them fail.
type Guard struct {
	mu      sync.Mutex
	running map[string]bool
	errors  map[string]string
}

// NewGuard returns a guard without failures.
func NewGuard() *Guard {
	return &Guard{running: map[string]bool{}, errors: map[string]string{}}
}

// Run returns the probe's value. ok is false if it failed, panicked, or took longer than limit. A probe that hangs isn't started again
// until it returns, so it costs one goroutine at most.
func Run[T any](ctx context.Context, g *Guard, name string, limit time.Duration, measure func(context.Context) (T, error)) (value T, ok bool) {
	if !g.begin(name) {
		return value, false
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		defer cancel()
		result := outcome{}
		defer func() {
			if cause := recover(); cause != nil {
				result.err = fmt.Errorf("it panicked: %v", cause)
			}
			g.end(name, result.err)
			done <- result
		}()
		result.value, result.err = measure(ctx)
	}()
	timer := time.NewTimer(limit + 100*time.Millisecond)
	defer timer.Stop()
	select {
	case result := <-done:
		return result.value, result.err == nil
	case <-timer.C:
		g.fail(name, fmt.Sprintf("it has not answered within %s", limit))
		return value, false
	}
}

// Errors lists the probes that fail, as `name: reason`.
func (g *Guard) Errors() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := make([]string, 0, len(g.errors))
	for name, reason := range g.errors {
		list = append(list, name+": "+reason)
	}
	sort.Strings(list)
	return list
}

func (g *Guard) begin(name string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running[name] {
		return false
	}
	g.running[name] = true
	return true
}

func (g *Guard) end(name string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.running, name)
	delete(g.errors, name)
	if err != nil {
		g.errors[name] = err.Error()
	}
}

func (g *Guard) fail(name, reason string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running[name] {
		g.errors[name] = reason
	}
}
