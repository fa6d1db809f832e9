package queues

import (
	"context"
	"crypto/sha1"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

const (
	discoverEvery = 60 * time.Second
	// A scan takes at most this long; the next one continues where it ended, and starts sooner.
	scanBudget  = time.Second
	goOnAfter   = 5 * time.Second
	scanCount   = "1000"
	maxLeft     = 100_000
	cursorStart = "0"
)

// keyPattern are keys to find, of one type.
type keyPattern struct {
	match string
	kind  string
	found func(key string)
}

type walk struct {
	keyPattern
	cursor string
}

// discovery scans all keys for those that no option names: at the first read, and once a minute after it.
type discovery struct {
	client   *resp.Client
	patterns []keyPattern
	walks    []walk
	at       time.Time
	denied   bool
}

// scan never fails: reads that follow get the same error, and report it.
func (d *discovery) scan(ctx context.Context) {
	pause := discoverEvery
	if len(d.walks) > 0 {
		pause = goOnAfter
	}
	if d.denied || (!d.at.IsZero() && time.Since(d.at) < pause) {
		return
	}
	d.at = time.Now()
	if len(d.walks) == 0 {
		for _, pattern := range d.patterns {
			d.walks = append(d.walks, walk{pattern, cursorStart})
		}
	}
	for len(d.walks) > 0 && time.Since(d.at) < scanBudget && ctx.Err() == nil {
		d.step(ctx)
	}
}

func (d *discovery) step(ctx context.Context) {
	commands := make([][]string, len(d.walks))
	for index, one := range d.walks {
		commands[index] = []string{"scan", one.cursor, "MATCH", one.match, "COUNT", scanCount, "TYPE", one.kind}
	}
	var unfinished []walk
	for index, reply := range d.client.Send(ctx, commands...) {
		if reply.Err != nil {
			d.denied = d.denied || reply.Err.Code == "NOPERM"
			continue
		}
		parts := resp.List(reply.Value)
		if len(parts) != 2 {
			continue
		}
		one := d.walks[index]
		for _, key := range resp.Texts(parts[1]) {
			one.found(key)
		}
		one.cursor = resp.TextOf(parts[0])
		if one.cursor != cursorStart && one.cursor != "" {
			unfinished = append(unfinished, one)
		}
	}
	d.walks = unfinished
}

// escapeGlob escapes the characters that are special in Redis' patterns.
func escapeGlob(text string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`, `^`, `\^`).Replace(text)
}

// textCount counts distinct texts without storing them.
type textCount struct{ ids map[[8]byte]struct{} }

func (t *textCount) add(text string) {
	if len(t.ids) >= maxLeft {
		return
	}
	if t.ids == nil {
		t.ids = map[[8]byte]struct{}{}
	}
	sum := sha1.Sum([]byte(text))
	t.ids[[8]byte(sum[:8])] = struct{}{}
}

func (t *textCount) size() int { return len(t.ids) }

// seenNames are the queues seen since the start: Redis deletes empty lists, and a drained queue stays on the screen.
type seenNames struct {
	mutex sync.Mutex
	names map[string]struct{}
	left  textCount
}

// add omits names beyond the limit of a snapshot, and names that no request to Zenith could contain.
func (s *seenNames) add(name string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if name == "" || units(name) > maxIDUnits {
		return
	}
	if _, has := s.names[name]; has {
		return
	}
	if s.names == nil {
		s.names = map[string]struct{}{}
	}
	if len(s.names) < maxQueues {
		s.names[name] = struct{}{}
	} else {
		s.left.add(name)
	}
}

func (s *seenNames) list() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	names := make([]string, 0, len(s.names))
	for name := range s.names {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// watchedNames are the queues of a source: those of its option, or those that were found.
type watchedNames struct {
	named     []string
	seen      seenNames
	discovery *discovery
	denied    string
}

func (w *watchedNames) list(ctx context.Context) ([]string, error) {
	if w.named != nil {
		return w.named, nil
	}
	w.discovery.scan(ctx)
	names := w.seen.list()
	if len(names) == 0 && w.discovery.denied {
		return nil, &resp.Error{Code: "NOPERM", Message: w.denied}
	}
	return names, nil
}

func (w *watchedNames) leftOut() int {
	if w.named != nil {
		return 0
	}
	return w.seen.left.size()
}
