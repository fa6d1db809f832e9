package agent

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/config"
	"github.com/gravito-framework/quasar/agent/internal/process"
)

// Status is what `quasar-agent status` shows.
type Status struct {
	Version string `json:"version"`
	PID     int    `json:"pid"`
	// Uptime in seconds.
	Uptime  float64 `json:"uptime"`
	File    string  `json:"file,omitempty"`
	Redis   string  `json:"redis"`
	Host    string  `json:"host"`
	Service string  `json:"service,omitempty"`
	// Interval in ms.
	Interval int `json:"interval"`
	Nodes    int `json:"nodes"`
	// LastWrite is when Redis took the last report; null: never.
	LastWrite     *time.Time   `json:"lastWrite"`
	LastError     string       `json:"lastError,omitempty"`
	FlushMs       float64      `json:"flushMs"`
	Dropped       int64        `json:"dropped"`
	BufferedBytes int          `json:"bufferedBytes"`
	Ingest        string       `json:"ingest,omitempty"`
	Rules         []RuleStatus `json:"processes"`
	Queues        []string     `json:"queues"`
	// Failing has probes that fail, each with the reason.
	Failing []string    `json:"failing"`
	Reload  reloadState `json:"reload"`
}

// RuleStatus is what a rule found last.
type RuleStatus struct {
	Service   string `json:"service"`
	Processes int    `json:"processes"`
	Restarts  int    `json:"restarts"`
	LeftOut   int    `json:"leftOut,omitempty"`
	Problem   string `json:"problem,omitempty"`
}

// Status is safe to call at any time after the start.
func (a *Agent) Status() any {
	a.mu.Lock()
	g, reload := a.current, a.reload
	a.mu.Unlock()
	status := Status{
		Version: Version, PID: os.Getpid(), Uptime: time.Since(a.started).Seconds(), Reload: reload,
		Rules: []RuleStatus{}, Queues: []string{}, Failing: []string{},
	}
	if g == nil {
		return status
	}
	state, cfg := g.reporter.State(), g.config
	status.File, status.Redis, status.Host, status.Interval = cfg.File, config.MaskURL(cfg.Redis), cfg.Hostname, cfg.Interval
	status.Ingest = cfg.Ingest
	if cfg.Host {
		status.Service = cfg.Service
	}
	status.Nodes, status.LastError, status.FlushMs = state.Nodes, state.LastError, state.FlushMs
	status.Dropped, status.BufferedBytes = state.Dropped, state.BufferedBytes
	if !state.LastWrite.IsZero() {
		status.LastWrite = &state.LastWrite
	}
	status.Failing = g.guard.Errors()
	status.Queues = g.queues.texts()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, look := range g.looks {
		status.Rules = append(status.Rules, ruleStatus(look))
	}
	return status
}

func ruleStatus(look process.Look) RuleStatus {
	status := RuleStatus{Service: look.Rule.Service, LeftOut: look.LeftOut, Problem: look.Problem}
	for _, node := range look.Nodes {
		status.Processes += node.Processes
		status.Restarts += node.Restarts
	}
	if status.Processes == 0 && status.Problem == "" {
		status.Problem = "no process matches"
	}
	return status
}

// Text is the status for a terminal.
func (s *Status) Text() string {
	text := &strings.Builder{}
	line := func(name, format string, args ...any) {
		fmt.Fprintf(text, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("agent", "%s, process %d, up %s", s.Version, s.PID, time.Duration(s.Uptime*float64(time.Second)).Round(time.Second))
	line("settings", "%s", orElse(s.File, "flags and variables"))
	if s.Reload.Error != "" {
		line("", "a reload was refused at %s: %s", s.Reload.At.Format(time.RFC3339), s.Reload.Error)
	}
	line("redis", "%s", s.Redis)
	switch {
	case s.LastError != "":
		line("", "NOT WRITING: %s", s.LastError)
	case s.LastWrite == nil:
		line("", "no report yet")
	}
	if s.LastWrite != nil {
		line("last report", "%s ago, took %.1f ms", time.Since(*s.LastWrite).Round(time.Second), s.FlushMs)
	}
	line("waiting", "%d bytes, %d records dropped", s.BufferedBytes, s.Dropped)
	line("reports", "%d nodes every %d ms", s.Nodes, s.Interval)
	if s.Service != "" {
		line("host", "%s as service %s", s.Host, s.Service)
	}
	for _, rule := range s.Rules {
		line("processes", "%s", rule.text())
	}
	for _, queue := range s.Queues {
		line("queues", "%s", queue)
	}
	if s.Ingest != "" {
		line("ingest", "%s", s.Ingest)
	}
	for _, failing := range s.Failing {
		line("FAILING", "%s", failing)
	}
	return text.String()
}

func (r *RuleStatus) text() string {
	if r.Problem != "" {
		return r.Service + ": " + r.Problem
	}
	text := fmt.Sprintf("%s: %d running, %d restarts", r.Service, r.Processes, r.Restarts)
	if r.LeftOut > 0 {
		text += fmt.Sprintf(", %d left out (max)", r.LeftOut)
	}
	return text
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
