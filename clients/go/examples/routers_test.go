package examples

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	quasar "github.com/gravito-framework/quasar/clients/go"
	"github.com/gravito-framework/quasar/clients/go/examples/chiquasar"
	"github.com/gravito-framework/quasar/clients/go/examples/ginquasar"
	"github.com/gravito-framework/quasar/clients/go/internal/testredis"
	"github.com/gravito-framework/quasar/clients/go/protocol"
)

func chiApp() http.Handler {
	router := chi.NewRouter()
	router.Use(middleware.Recoverer, chiquasar.Routes)
	router.Route("/users", func(users chi.Router) {
		users.Get("/{id}", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(chi.URLParam(r, "id"))) })
	})
	router.Get("/panic", func(http.ResponseWriter, *http.Request) { panic(errors.New("broken")) })
	return router
}

func ginApp() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.Use(gin.Recovery(), ginquasar.Routes)
	engine.GET("/users/:id", func(c *gin.Context) { c.String(http.StatusOK, c.Param("id")) })
	engine.GET("/panic", func(*gin.Context) { panic(errors.New("broken")) })
	engine.GET("/stream", func(c *gin.Context) {
		// gin asks the writer for http.CloseNotifier.
		sent := false
		c.Stream(func(w io.Writer) bool {
			_, _ = w.Write([]byte("part"))
			sent = !sent
			return sent
		})
	})
	return engine
}

var streams = map[string]int{"chi": 404, "gin": 200}

func TestRouters(t *testing.T) {
	for name, app := range map[string]struct {
		handler http.Handler
		routes  []string
	}{
		"chi": {chiApp(), []string{"GET /users/{id}", "GET /panic"}},
		"gin": {ginApp(), []string{"GET /users/:id", "GET /panic"}},
	} {
		t.Run(name, func(t *testing.T) {
			redis := testredis.Start(t)
			q, err := quasar.Start(quasar.Options{Service: name, Framework: name, Redis: redis.URL()})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = q.Stop(context.Background()) }()
			server := httptest.NewServer(q.Middleware(app.handler))
			defer server.Close()
			for path, want := range map[string]int{"/users/7": 200, "/panic": 500, "/nothing": 404, "/stream": streams[name]} {
				response, err := http.Get(server.URL + path)
				if err != nil {
					t.Fatal(err)
				}
				_ = response.Body.Close()
				if response.StatusCode != want {
					t.Errorf("%s answered %d", path, response.StatusCode)
				}
			}
			if err := q.Flush(context.Background()); err != nil {
				t.Fatal(err)
			}
			seen := routesOf(t, redis, name)
			for _, route := range app.routes {
				if seen[route] != 1 {
					t.Errorf("%s in %v", route, seen)
				}
			}
			if count := redis.ZCard(context.Background(), protocol.Keys(protocol.DefaultPrefix).Errors(name)).Val(); count != 1 {
				t.Errorf("%d exceptions", count)
			}
		})
	}
}

func routesOf(t *testing.T, redis *testredis.Server, service string) map[string]int64 {
	t.Helper()
	seen := map[string]int64{}
	for _, entry := range redis.XRange(context.Background(), protocol.Keys(protocol.DefaultPrefix).Rollup(service), "-", "+").Val() {
		text, _ := entry.Values["data"].(string)
		if packed, ok := entry.Values["deflate"].(string); ok {
			text, _ = protocol.Inflate(packed)
		}
		var rollup protocol.Rollup
		if err := json.Unmarshal([]byte(text), &rollup); err != nil {
			t.Fatal(err)
		}
		for _, route := range rollup.Routes {
			seen[route.Key] += route.Count
		}
	}
	return seen
}
