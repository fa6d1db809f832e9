package quasar

import (
	"io"
	"net/http"
)

// wrap returns a writer with exactly the optional interfaces that the inner writer has: a handler that asks for one gets the same answer as
// without Quasar.
func wrap(w *recorded) http.ResponseWriter {
	var f flusher
	var h http.Hijacker
	var r io.ReaderFrom
	kind := 0
	if _, ok := w.ResponseWriter.(http.Flusher); ok {
		f, kind = flushing{w}, kind|1
	}
	if inner, ok := w.ResponseWriter.(http.Hijacker); ok {
		h, kind = hijacking{w, inner}, kind|2
	}
	if inner, ok := w.ResponseWriter.(io.ReaderFrom); ok {
		r, kind = reading{w, inner}, kind|4
	}
	// Deprecated, and still asked for, such as by gin.
	c, hasNotifier := w.ResponseWriter.(http.CloseNotifier)
	if hasNotifier {
		kind |= 8
	}
	p, hasPusher := w.ResponseWriter.(http.Pusher)
	if hasPusher {
		kind |= 16
	}
	switch kind {
	case 1:
		return struct {
			*recorded
			flusher
		}{w, f}
	case 2:
		return struct {
			*recorded
			http.Hijacker
		}{w, h}
	case 3:
		return struct {
			*recorded
			flusher
			http.Hijacker
		}{w, f, h}
	case 4:
		return struct {
			*recorded
			io.ReaderFrom
		}{w, r}
	case 5:
		return struct {
			*recorded
			flusher
			io.ReaderFrom
		}{w, f, r}
	case 6:
		return struct {
			*recorded
			http.Hijacker
			io.ReaderFrom
		}{w, h, r}
	case 7:
		return struct {
			*recorded
			flusher
			http.Hijacker
			io.ReaderFrom
		}{w, f, h, r}
	case 8:
		return struct {
			*recorded
			http.CloseNotifier
		}{w, c}
	case 9:
		return struct {
			*recorded
			flusher
			http.CloseNotifier
		}{w, f, c}
	case 10:
		return struct {
			*recorded
			http.Hijacker
			http.CloseNotifier
		}{w, h, c}
	case 11:
		return struct {
			*recorded
			flusher
			http.Hijacker
			http.CloseNotifier
		}{w, f, h, c}
	case 12:
		return struct {
			*recorded
			io.ReaderFrom
			http.CloseNotifier
		}{w, r, c}
	case 13:
		return struct {
			*recorded
			flusher
			io.ReaderFrom
			http.CloseNotifier
		}{w, f, r, c}
	case 14:
		return struct {
			*recorded
			http.Hijacker
			io.ReaderFrom
			http.CloseNotifier
		}{w, h, r, c}
	case 15:
		return struct {
			*recorded
			flusher
			http.Hijacker
			io.ReaderFrom
			http.CloseNotifier
		}{w, f, h, r, c}
	case 16:
		return struct {
			*recorded
			http.Pusher
		}{w, p}
	case 17:
		return struct {
			*recorded
			flusher
			http.Pusher
		}{w, f, p}
	case 18:
		return struct {
			*recorded
			http.Hijacker
			http.Pusher
		}{w, h, p}
	case 19:
		return struct {
			*recorded
			flusher
			http.Hijacker
			http.Pusher
		}{w, f, h, p}
	case 20:
		return struct {
			*recorded
			io.ReaderFrom
			http.Pusher
		}{w, r, p}
	case 21:
		return struct {
			*recorded
			flusher
			io.ReaderFrom
			http.Pusher
		}{w, f, r, p}
	case 22:
		return struct {
			*recorded
			http.Hijacker
			io.ReaderFrom
			http.Pusher
		}{w, h, r, p}
	case 23:
		return struct {
			*recorded
			flusher
			http.Hijacker
			io.ReaderFrom
			http.Pusher
		}{w, f, h, r, p}
	case 24:
		return struct {
			*recorded
			http.CloseNotifier
			http.Pusher
		}{w, c, p}
	case 25:
		return struct {
			*recorded
			flusher
			http.CloseNotifier
			http.Pusher
		}{w, f, c, p}
	case 26:
		return struct {
			*recorded
			http.Hijacker
			http.CloseNotifier
			http.Pusher
		}{w, h, c, p}
	case 27:
		return struct {
			*recorded
			flusher
			http.Hijacker
			http.CloseNotifier
			http.Pusher
		}{w, f, h, c, p}
	case 28:
		return struct {
			*recorded
			io.ReaderFrom
			http.CloseNotifier
			http.Pusher
		}{w, r, c, p}
	case 29:
		return struct {
			*recorded
			flusher
			io.ReaderFrom
			http.CloseNotifier
			http.Pusher
		}{w, f, r, c, p}
	case 30:
		return struct {
			*recorded
			http.Hijacker
			io.ReaderFrom
			http.CloseNotifier
			http.Pusher
		}{w, h, r, c, p}
	case 31:
		return struct {
			*recorded
			flusher
			http.Hijacker
			io.ReaderFrom
			http.CloseNotifier
			http.Pusher
		}{w, f, h, r, c, p}
	}
	return w
}
