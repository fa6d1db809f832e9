package quasar

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// recorded notes what a handler answers. http.ResponseController finds the rest by Unwrap.
type recorded struct {
	http.ResponseWriter
	x *exchange
}

// Unwrap is for http.ResponseController.
func (w *recorded) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorded) WriteHeader(status int) {
	// The others are informational: a final one follows.
	if status >= 200 || status == http.StatusSwitchingProtocols {
		w.x.commit(status, w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorded) Write(data []byte) (int, error) {
	w.x.commit(http.StatusOK, w.Header())
	n, err := w.ResponseWriter.Write(data)
	w.x.written.Add(int64(n))
	return n, err
}

// flusher is http.Flusher as http.ResponseController uses it.
type flusher interface {
	http.Flusher
	FlushError() error
}

type flushing struct{ w *recorded }

func (f flushing) Flush() { _ = f.FlushError() }

func (f flushing) FlushError() error {
	f.w.x.commit(http.StatusOK, f.w.Header())
	if inner, ok := f.w.ResponseWriter.(interface{ FlushError() error }); ok {
		return inner.FlushError()
	}
	f.w.ResponseWriter.(http.Flusher).Flush()
	return nil
}

type reading struct {
	w     *recorded
	inner io.ReaderFrom
}

func (r reading) ReadFrom(source io.Reader) (int64, error) {
	r.w.x.commit(http.StatusOK, r.w.Header())
	n, err := r.inner.ReadFrom(source)
	r.w.x.written.Add(n)
	return n, err
}

type hijacking struct {
	w     *recorded
	inner http.Hijacker
}

// Hijack hands the connection over. It counts as open until it is closed.
func (h hijacking) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffer, err := h.inner.Hijack()
	if err != nil {
		return conn, buffer, err
	}
	h.w.x.hijacked()
	return followed(conn, sync.OnceFunc(h.w.x.q.connections.close)), buffer, nil
}

// followed keeps all methods of the usual connections, such as ReadFrom and CloseWrite.
func followed(conn net.Conn, closed func()) net.Conn {
	switch conn := conn.(type) {
	case *net.TCPConn:
		return &tcpConn{conn, closed}
	case *net.UnixConn:
		return &unixConn{conn, closed}
	case *tls.Conn:
		return &tlsConn{conn, closed}
	}
	return &anyConn{conn, closed}
}

type tcpConn struct {
	*net.TCPConn
	closed func()
}

func (c *tcpConn) Close() error { c.closed(); return c.TCPConn.Close() }

type unixConn struct {
	*net.UnixConn
	closed func()
}

func (c *unixConn) Close() error { c.closed(); return c.UnixConn.Close() }

type tlsConn struct {
	*tls.Conn
	closed func()
}

func (c *tlsConn) Close() error { c.closed(); return c.Conn.Close() }

type anyConn struct {
	net.Conn
	closed func()
}

func (c *anyConn) Close() error { c.closed(); return c.Conn.Close() }

// isStream tells an event stream, which lasts as long as its client listens.
func isStream(header http.Header) bool {
	kind := header.Get("Content-Type")
	return strings.HasPrefix(kind, "text/event-stream") || strings.HasPrefix(kind, "multipart/x-mixed-replace")
}

func since(start time.Time) float64 { return milliseconds(time.Since(start)) }
