package queues

import (
	"context"
	"encoding/json"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// source is a driver as the agent sees it: with its poller, which remembers queues and computes their throughput.
type source struct {
	reader reader
	once   poller
}

func (s *source) Name() string {
	about := s.reader.facts()
	return about.driver + " at " + about.place
}

func (s *source) Read(ctx context.Context) ([]protocol.QueueEntry, error) {
	if s.once.reader == nil {
		s.once.reader = s.reader
	}
	read, err := s.reader.read(ctx)
	s.once.note(read, err)
	return s.once.entries(), err
}

func (s *source) Close() error { return s.reader.close() }

// entryOf is a reading as the protocol has it.
func entryOf(reading Reading, at facts, server string, speed *protocol.QueueThroughput) protocol.QueueEntry {
	place := reading.Place
	if place == "" {
		place = at.place
	}
	return protocol.QueueEntry{
		Name: reading.Name, Driver: reading.Driver, Place: protocol.Text(place), Server: protocol.Text(server),
		Metrics: metricsOf(reading.Metrics), States: reading.States, Approximate: reading.Approximate, Paused: reading.Paused,
		OldestMs: reading.OldestMs, OverdueMs: reading.OverdueMs, Throughput: speed, Workers: reading.Workers,
		Capabilities: reading.Capabilities, Error: protocol.Text(protocol.Cut(reading.Error, protocol.MaxMessageChars)), Meta: objectOf(reading.Meta),
	}
}

func metricsOf(metrics Metrics) protocol.QueueMetrics {
	figure := func(state string) *float64 {
		if count, has := metrics[state]; has {
			return &count
		}
		return nil
	}
	return protocol.QueueMetrics{
		Waiting: figure(waiting), Prioritized: figure(prioritized), Active: figure(active), Delayed: figure(delayed),
		WaitingChildren: figure(waitingChildren), Completed: figure(completed), Failed: figure(failed),
	}
}

func objectOf(meta map[string]any) protocol.Object {
	if len(meta) == 0 {
		return nil
	}
	text, err := json.Marshal(meta)
	if err != nil || len(text) > protocol.MaxMetaBytes {
		return nil
	}
	return protocol.Object(text)
}

// blank is a queue whose current values are unknown.
func blank(entry protocol.QueueEntry) protocol.QueueEntry {
	return protocol.QueueEntry{Name: entry.Name, Driver: entry.Driver, Place: entry.Place, Server: entry.Server, States: entry.States,
		Approximate: entry.Approximate, Capabilities: entry.Capabilities}
}
