// Package chiquasar names the routes of chi for Quasar. Copy it into your app.
package chiquasar

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	quasar "github.com/gravito-framework/quasar/clients/go"
)

// Routes is a middleware of chi: router.Use(chiquasar.Routes), with q.Middleware(router) around the router.
func Routes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// chi knows the route only afterwards. Deferred, it is named after a panic, too.
		defer func() {
			if route := chi.RouteContext(r.Context()); route != nil {
				quasar.SetRoute(r, route.RoutePattern())
			}
		}()
		// Before chi's Recoverer, if it is used inside.
		defer quasar.NotePanic(r)
		next.ServeHTTP(w, r)
	})
}
