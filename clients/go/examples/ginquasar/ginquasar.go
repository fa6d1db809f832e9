// Package ginquasar names the routes of gin for Quasar. Copy it into your app.
package ginquasar

import (
	"github.com/gin-gonic/gin"
	quasar "github.com/gravito-framework/quasar/clients/go"
)

// Routes is a middleware of gin: engine.Use(gin.Recovery(), ginquasar.Routes), with q.Middleware(engine) around the engine.
func Routes(c *gin.Context) {
	quasar.SetRoute(c.Request, c.FullPath())
	// gin's Recovery answers a panic before q.Middleware sees it.
	defer quasar.NotePanic(c.Request)
	c.Next()
	if failed := c.Errors.Last(); failed != nil {
		quasar.SetError(c.Request, failed.Err)
	}
}
