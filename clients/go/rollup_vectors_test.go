package quasar

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

func TestVectorsOfRollups(t *testing.T) {
	text, err := os.ReadFile("../../schemas/vectors/rollups.json")
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Cases []struct {
			Name, Node string
			From, To   int64
			Requests   []struct {
				Key        string
				Status     int
				DurationMs float64
				Aborted    bool
			}
			Jobs []struct {
				Key, Queue, Outcome string
				DurationMs          float64
				WaitMs              *float64
			}
			Text    string
			Deflate *string
		}
	}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	for _, v := range read.Cases {
		make := func(key seriesKey) *series { return &series{key: key.name, queue: key.group} }
		routes, jobs := newTable(make), newTable(make)
		for _, request := range v.Requests {
			status := request.Status
			if request.Aborted {
				status = statusClosed
			}
			routes.find(seriesKey{"", request.Key}).countRequest(status, request.Aborted, request.DurationMs, true)
		}
		for _, job := range v.Jobs {
			jobs.find(seriesKey{job.Queue, job.Key}).countJob(job.Outcome != "completed", job.Outcome == "failed", job.DurationMs, job.WaitMs)
		}
		record := newRollups(v.Node, "").rollup(routes.filled(), jobs.filled())
		record.V, record.From, record.To = protocol.Version, v.From, v.To
		got, err := record.Encode()
		if err != nil || got != v.Text {
			t.Errorf("%s: %v\n got %s\nwant %s", v.Name, err, got, v.Text)
		}
		if v.Deflate != nil {
			if inflated, err := protocol.Inflate(*v.Deflate); err != nil || inflated != v.Text {
				t.Errorf("%s: %v %s", v.Name, err, inflated)
			}
			field, packed := protocol.Pack(got)
			if inflated, _ := protocol.Inflate(packed); field != "deflate" || inflated != v.Text {
				t.Errorf("%s: %s %s", v.Name, field, inflated)
			}
		}
	}
}

// A flood of names makes no more series than the protocol has.
func TestSeriesAreBounded(t *testing.T) {
	counted := newTable(func(key seriesKey) *series { return &series{key: key.name} })
	for i := range 2 * protocol.MaxSeries {
		counted.find(seriesKey{"", string(rune('a'+i%26)) + string(rune(0x4e00+i))}).count++
	}
	filled := counted.filled()
	if len(filled) != protocol.MaxSeries+1 || filled[protocol.MaxSeries].key != protocol.Other || filled[protocol.MaxSeries].count != protocol.MaxSeries {
		t.Errorf("%d series", len(filled))
	}
	for range idleIntervals + 2 {
		counted.clear()
	}
	if len(counted.all) != 0 || len(counted.order) != 0 {
		t.Errorf("%d idle series stay", len(counted.all))
	}
}
