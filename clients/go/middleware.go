package quasar

import (
	"context"
	"net/http"
	"runtime"
)

// Middleware records the requests of a handler, and changes none of its answers. Wrap the router itself, outermost:
//
//	http.ListenAndServe(":8080", q.Middleware(mux))
//
// The route's name is the pattern of http.ServeMux; for other routers see SetRoute and Options.RouteName. A panic is recorded and goes on.
func (q *Quasar) Middleware(next http.Handler) http.Handler {
	if q == nil || !q.isEnabled {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := q.begin(r)
		if x == nil {
			next.ServeHTTP(w, r)
			return
		}
		own := r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
		returned := false
		defer func() {
			// The server removes the files of a form, and others may read the pattern, of the request that they know.
			r.MultipartForm, r.Pattern = own.MultipartForm, own.Pattern
			if returned {
				q.guard(func() { x.end(own, w.Header(), nil, nil) })
				return
			}
			// Nil after runtime.Goexit.
			value := recover()
			frames := panicFrames(value)
			q.guard(func() { x.end(own, w.Header(), value, frames) })
			if value != nil {
				panic(value)
			}
		}()
		next.ServeHTTP(wrap(&recorded{w, x}), own)
		returned = true
	})
}

// begin follows a request; nil for one that is not recorded.
func (q *Quasar) begin(r *http.Request) (x *exchange) {
	q.guard(func() {
		if known := exchangeOf(r.Context()); known != nil && known.q == q || q.isStopped.Load() || q.settings.ignores(r.URL.Path) {
			return
		}
		q.hasRequests.Store(true)
		x = newExchange(q, r)
		q.inFlight.add(x)
	})
	return x
}

func panicFrames(value any) []runtime.Frame {
	if value == nil || value == http.ErrAbortHandler {
		return nil
	}
	return callers(1)
}

// SetRoute names the route of a request by its pattern, such as "/users/:id": for routers other than http.ServeMux. The request, or one
// made of it, must come from a Middleware; for others it does nothing.
func SetRoute(r *http.Request, pattern string) {
	if x := exchangeOf(r.Context()); x != nil {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.route = pattern
	}
}

// SetError notes what a request failed with. It becomes an exception if the answer is a 5xx.
func SetError(r *http.Request, err error) {
	if x := exchangeOf(r.Context()); x != nil && err != nil {
		x.setError(err, callers(1))
	}
}

// NotePanic notes what a handler panics with where a framework recovers before the Middleware sees it. Defer it inside of the framework's
// own recovery; the panic goes on:
//
//	defer quasar.NotePanic(r)
func NotePanic(r *http.Request) {
	value := recover()
	if value == nil {
		return
	}
	if x := exchangeOf(r.Context()); x != nil && value != http.ErrAbortHandler {
		x.setError(value, callers(1))
	}
	panic(value)
}
