package queues

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// vector is what is in a Redis, and what the package reads of it.
type vector struct {
	Driver string `json:"driver"`
	Config struct {
		Prefix *string  `json:"prefix"`
		Queues []string `json:"queues"`
	} `json:"config"`
	Commands [][]string        `json:"commands"`
	Queues   []json.RawMessage `json:"queues"`
}

type vectorQueue struct {
	Name      string             `json:"name"`
	Driver    string             `json:"driver"`
	Place     string             `json:"place"`
	Metrics   map[string]float64 `json:"metrics"`
	Paused    *bool              `json:"paused"`
	OldestMs  *float64           `json:"oldestMs"`
	OverdueMs *float64           `json:"overdueMs"`
	Workers   *float64           `json:"workers"`
	Meta      any                `json:"meta"`
	IsBroken  bool               `json:"isBroken"`
}

func TestVectorsOfThePackage(t *testing.T) {
	files, _ := filepath.Glob("../../../schemas/vectors/queues/*.json")
	if len(files) == 0 {
		t.Fatal("there are no vectors")
	}
	admin := startRedis(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) { runVector(t, admin, file) })
	}
}

func runVector(t *testing.T, admin *resp.Client, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var one vector
	if err := json.Unmarshal(text, &one); err != nil {
		t.Fatal(err)
	}
	do(t, admin, "flushall")
	for _, words := range one.Commands {
		for index := range words {
			words[index] = dated(words[index], time.Now().UnixMilli())
		}
		do(t, admin, words...)
	}
	made, err := New(Config{Driver: one.Driver, Redis: admin.Address().Where, Prefix: one.Config.Prefix, Queues: one.Config.Queues})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = made.Close() }()
	entries, err := made.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[string]vectorQueue{}, map[string]vectorQueue{}
	for _, entry := range entries {
		queue := vectorOf(entry, admin.Address().Where)
		got[queue.Name+" "+queue.Place] = queue
	}
	for _, raw := range one.Queues {
		var queue vectorQueue
		if err := json.Unmarshal(raw, &queue); err != nil {
			t.Fatal(err)
		}
		want[queue.Name+" "+queue.Place] = queue
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %s\nwant %s", shownAll(got), shownAll(want))
	}
}

var moment = regexp.MustCompile(`\{\{(ms|s|due)([+-]\d+)\}\}`)

// dated fills times in: before or after now, in ms, in s, and in ms times 4096.
func dated(word string, now int64) string {
	return moment.ReplaceAllStringFunc(word, func(found string) string {
		parts := moment.FindStringSubmatch(found)
		offset, _ := strconv.ParseInt(parts[2], 10, 64)
		switch parts[1] {
		case "s":
			return strconv.FormatInt(now/1_000+offset, 10)
		case "due":
			return strconv.FormatInt((now+offset)*4096, 10)
		}
		return strconv.FormatInt(now+offset, 10)
	})
}

// vectorOf rounds ages down to whole minutes: a reading may come some seconds later.
func vectorOf(entry protocol.QueueEntry, where string) vectorQueue {
	queue := vectorQueue{Name: entry.Name, Driver: entry.Driver, Place: strings.Replace(string(entry.Place), where, "{redis}", 1),
		Paused: entry.Paused, OldestMs: minutesOf(entry.OldestMs), OverdueMs: minutesOf(entry.OverdueMs), Workers: entry.Workers,
		IsBroken: entry.Error != ""}
	metrics, _ := json.Marshal(entry.Metrics)
	var counts map[string]*float64
	_ = json.Unmarshal(metrics, &counts)
	queue.Metrics = map[string]float64{}
	for state, count := range counts {
		if count != nil {
			queue.Metrics[state] = *count
		}
	}
	if entry.Meta != nil {
		_ = json.Unmarshal(entry.Meta, &queue.Meta)
	}
	return queue
}

func minutesOf(age *float64) *float64 {
	if age == nil {
		return nil
	}
	return known(math.Floor(*age/60_000) * 60_000)
}

func shownAll(queues map[string]vectorQueue) string {
	lines := make([]string, 0, len(queues))
	for _, queue := range queues {
		text, _ := json.Marshal(queue)
		lines = append(lines, string(text))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n     ")
}
