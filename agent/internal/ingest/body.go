package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
)

const (
	// maxBodies bounds the bytes of all bodies that are in memory at a time.
	maxBodies = 16 << 20
	// maxValues in one body. A value costs about as much memory as 50 bytes of it, so bytes alone are no bound.
	maxValues = 300_000
)

var errFull = errors.New("the bodies of other requests fill the memory for them")

// bodies bounds the memory that requests need together, whatever they send.
type bodies struct {
	left atomic.Int64
	// parsing: one at a time, because a parsed body has several times its size.
	parsing sync.Mutex
}

func newBodies() *bodies {
	made := &bodies{}
	made.left.Store(maxBodies)
	return made
}

func (b *bodies) read(body io.Reader, kind *kind) ([]func(Sink), error) {
	metered := &meteredReader{Reader: body, bodies: b}
	defer func() { b.left.Add(metered.taken) }()
	text := bytes.Buffer{}
	if _, err := text.ReadFrom(metered); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) || errors.Is(err, errFull) {
			return nil, err
		}
		return nil, errors.New("the body did not arrive")
	}
	if countValues(text.Bytes()) > maxValues {
		return nil, fmt.Errorf("a body must have at most %d values", maxValues)
	}
	b.parsing.Lock()
	defer b.parsing.Unlock()
	return kind.read(text.Bytes())
}

type meteredReader struct {
	io.Reader
	bodies *bodies
	taken  int64
}

func (m *meteredReader) Read(into []byte) (int, error) {
	length, err := m.Reader.Read(into)
	m.taken += int64(length)
	if m.bodies.left.Add(-int64(length)) < 0 {
		return length, errFull
	}
	return length, err
}

// countValues is at least the number of values in a JSON text: each but the first follows a comma, a colon or an opening bracket.
func countValues(text []byte) int {
	count, isInText := 1, false
	for at := 0; at < len(text); at++ {
		switch character := text[at]; {
		case isInText && character == '\\':
			at++
		case character == '"':
			isInText = !isInText
		case !isInText && (character == ',' || character == ':' || character == '[' || character == '{'):
			count++
		}
	}
	return count
}
