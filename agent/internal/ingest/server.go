// Package ingest takes records over HTTP from apps that can't reach Redis.
package ingest

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	// maxRequests with records at a time; more are told to try again.
	maxRequests = 32
	// maxConnections at a time; more wait until one ends.
	maxConnections = 512
	bodyLimit      = 10 * time.Second
	idleLimit      = time.Minute
	maxHeader      = 16 << 10
	goodbyePrefix  = "/v1/heartbeats/"
)

// Options of a server.
type Options struct {
	// Address is host:port, unix:/path, or on Linux unix:@name, a socket without a file.
	Address string
	// Tokens are accepted as bearer; none: everyone who reaches the address may report.
	Tokens []string
	// Sink takes the records; nil: the server only tells its status.
	Sink Sink
	// Status returns what GET /v1/status answers, as JSON.
	Status func() any
}

// Server answers until Close.
type Server struct {
	options  Options
	http     *http.Server
	listener net.Listener
	slots    chan struct{}
	bodies   *bodies
	tokens   [][32]byte
}

// Listen opens the address and begins to answer.
func Listen(options Options) (*Server, error) {
	listener, err := listen(options.Address)
	if err != nil {
		return nil, err
	}
	s := &Server{options: options, listener: listener, slots: make(chan struct{}, maxRequests), bodies: newBodies()}
	for _, token := range options.Tokens {
		s.tokens = append(s.tokens, sha256.Sum256([]byte(token)))
	}
	s.http = &http.Server{
		Handler: s, ReadTimeout: bodyLimit, WriteTimeout: bodyLimit, IdleTimeout: idleLimit, MaxHeaderBytes: maxHeader,
		// Errors of connections, such as a client that left, are no news.
		ErrorLog: nil,
	}
	s.http.SetKeepAlivesEnabled(true)
	go s.http.Serve(bounded(listener, maxConnections))
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Close lets requests in progress end.
func (s *Server) Close(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/healthz" {
		answer(w, http.StatusOK, map[string]any{"ok": true})
		return
	}
	if !s.isAllowed(r) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		refuse(w, http.StatusUnauthorized, "send the agent's token: Authorization: Bearer …")
		return
	}
	s.route(w, r)
}

func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v1/status" {
		answer(w, http.StatusOK, s.options.Status())
		return
	}
	if s.options.Sink != nil {
		if strings.HasPrefix(r.URL.EscapedPath(), goodbyePrefix) && r.Method == http.MethodDelete {
			s.leave(w, r)
			return
		}
		for _, kind := range kinds {
			if r.URL.Path == "/v1/"+kind.name {
				s.take(w, r, kind)
				return
			}
		}
	}
	refuse(w, http.StatusNotFound, "no such path; known are POST /v1/heartbeats, /v1/slow, /v1/exceptions and /v1/queues, and GET /v1/status and /healthz")
}

// isAllowed compares in a time that doesn't depend on the token.
func (s *Server) isAllowed(r *http.Request) bool {
	if len(s.tokens) == 0 {
		return true
	}
	given := sha256.Sum256([]byte(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")))
	isSame := 0
	for _, token := range s.tokens {
		isSame |= subtle.ConstantTimeCompare(given[:], token[:])
	}
	return isSame == 1
}

func (s *Server) take(w http.ResponseWriter, r *http.Request, kind *kind) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		refuseForNow(w)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		refuse(w, http.StatusMethodNotAllowed, "send records by POST")
		return
	}
	// A page in a browser can't send this type to another origin unasked.
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "send JSON with Content-Type: application/json")
		return
	}
	records, err := s.bodies.read(http.MaxBytesReader(w, r.Body, kind.maxBytes), kind)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("a body must have at most %d bytes", kind.maxBytes))
		return
	case errors.Is(err, errFull):
		refuseForNow(w)
		return
	case err != nil:
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	for _, record := range records {
		record(s.options.Sink)
	}
	answer(w, http.StatusAccepted, map[string]any{"accepted": len(records)})
}

// leave handles DELETE /v1/heartbeats/{service}/{node}.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) {
	service, node, ok := parseNode(strings.TrimPrefix(r.URL.EscapedPath(), goodbyePrefix))
	if !ok {
		refuse(w, http.StatusBadRequest, "the path must be /v1/heartbeats/{service}/{node}, each percent-encoded")
		return
	}
	s.options.Sink.Leave(service, node)
	answer(w, http.StatusAccepted, map[string]any{"accepted": 1})
}

func refuseForNow(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	refuse(w, http.StatusServiceUnavailable, "too many requests at a time: try again")
}

func refuse(w http.ResponseWriter, status int, text string) {
	answer(w, status, map[string]any{"error": text})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
