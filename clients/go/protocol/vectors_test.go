package protocol

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"time"
)

// vectors reads a file of schemas/vectors, which the TypeScript implementation makes.
func vectors[T any](t *testing.T, name string) T {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "schemas", "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	var read T
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return read
}

type cases[T any] struct{ Cases []T }

func same(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %v\nwant %v", got, want)
	}
}

func sameText(t *testing.T, encode func() (string, error), want string) {
	t.Helper()
	got, err := encode()
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, want)
}

func TestVectorsOfKeys(t *testing.T) {
	type vector struct {
		Prefix, Service, Node string
		Rank                  int
		Keys                  map[string]string
	}
	for _, v := range vectors[cases[vector]](t, "keys.json").Cases {
		k := KeysOf(v.Prefix)
		same(t, map[string]string{
			"node": k.Node(v.Service, v.Node), "member": NodeMember(v.Service, v.Node),
			"queues": k.Queues(v.Service, v.Rank), "queuesMember": QueuesMember(v.Service, v.Rank),
			"slow": k.Slow(v.Service), "errors": k.Errors(v.Service), "rollup": k.Rollup(v.Service), "history": k.History(v.Service),
			"queueHistory": k.QueueHistory(v.Service), "jobs": k.Jobs(v.Service), "queuesLease": k.QueuesLease(v.Service, v.Rank),
			"nodeIndex": k.NodeIndex(), "queueIndex": k.QueueIndex(), "serviceIndex": k.ServiceIndex(),
		}, v.Keys)
	}
}

func TestVectorsOfSketches(t *testing.T) {
	read := vectors[struct {
		Record []struct {
			Durations []float64
			Count     uint64
			Text      string
			Quantiles map[string]*float64
		}
		Merge []struct {
			Texts []string
			Text  string
		}
		Invalid []string
	}](t, "sketches.json")
	for _, v := range read.Record {
		sketch := &Sketch{}
		for _, duration := range v.Durations {
			sketch.Record(duration)
		}
		same(t, sketch.Encode(), v.Text)
		same(t, sketch.Count, v.Count)
		decoded, ok := DecodeSketch(v.Text)
		same(t, ok, true)
		for share, want := range v.Quantiles {
			at, _ := strconv.ParseFloat(share, 64)
			same(t, sketch.Quantile(at) == nil, want == nil)
			if want != nil {
				same(t, *sketch.Quantile(at), *want)
				same(t, *decoded.Quantile(at), *want)
			}
		}
	}
	for _, v := range read.Merge {
		same(t, MergeSketches(v.Texts), v.Text)
	}
	for _, text := range read.Invalid {
		if _, ok := DecodeSketch(text); ok {
			t.Errorf("%q was read", text)
		}
	}
}

func TestVectorsOfHeartbeats(t *testing.T) {
	type vector struct {
		Heartbeat  Heartbeat
		Text       string
		LifetimeMs int64
	}
	for _, v := range vectors[cases[vector]](t, "heartbeats.json").Cases {
		sameText(t, v.Heartbeat.Encode, v.Text)
		interval := time.Duration(0)
		if v.Heartbeat.Interval != nil {
			interval = time.Duration(*v.Heartbeat.Interval) * time.Millisecond
		}
		same(t, HeartbeatLife(interval).Milliseconds(), v.LifetimeMs)
	}
}

func TestVectorsOfExceptions(t *testing.T) {
	type vector struct {
		Exception  Exception
		ClockAhead *int64
		Text       string
	}
	for _, v := range vectors[cases[vector]](t, "exceptions.json").Cases {
		v.Exception.ClockAhead = v.ClockAhead
		sameText(t, v.Exception.Encode, v.Text)
	}
}

func TestVectorsOfSlowEntries(t *testing.T) {
	type vector struct {
		Entry      SlowEntry
		ClockAhead *int64
		Fields     []string
	}
	for _, v := range vectors[cases[vector]](t, "slow-entries.json").Cases {
		v.Entry.ClockAhead = v.ClockAhead
		fields, err := v.Entry.Fields()
		same(t, err, nil)
		same(t, fields, v.Fields)
	}
}

func TestVectorsOfSnapshots(t *testing.T) {
	type vector struct {
		Snapshot   QueueSnapshot
		ClockAhead *int64
		Text       string
	}
	for _, v := range vectors[cases[vector]](t, "snapshots.json").Cases {
		v.Snapshot.ClockAhead = v.ClockAhead
		sameText(t, v.Snapshot.Encode, v.Text)
	}
}

func TestVectorsOfQueueHistory(t *testing.T) {
	type vector struct {
		History    QueueHistory
		ClockAhead *int64
		Text       string
	}
	for _, v := range vectors[cases[vector]](t, "queue-history.json").Cases {
		v.History.ClockAhead = v.ClockAhead
		sameText(t, v.History.Encode, v.Text)
	}
}

func TestVectorsOfFinishedJobs(t *testing.T) {
	type vector struct {
		Record FinishedJobs
		Text   string
	}
	for _, v := range vectors[cases[vector]](t, "finished-jobs.json").Cases {
		sameText(t, func() (string, error) { return v.Record.Encode(nil) }, v.Text)
	}
}

func TestVectorsOfSignatures(t *testing.T) {
	type vector struct {
		Token, Key, Record string
		Fields             []string
		Signed             json.RawMessage
	}
	for _, v := range vectors[cases[vector]](t, "signatures.json").Cases {
		signer := NewSigner(v.Token)
		if v.Fields != nil {
			var signed []string
			same(t, json.Unmarshal(v.Signed, &signed), nil)
			same(t, signer.Fields(v.Key, v.Fields), signed)
			continue
		}
		var signed string
		same(t, json.Unmarshal(v.Signed, &signed), nil)
		same(t, signer.JSON(v.Key, v.Record), signed)
	}
}

func TestVectorsOfLimits(t *testing.T) {
	t.Log(vectors[map[string]any](t, "limits.json"))
}
