package main

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// quiet drops the lines that go-redis writes to stderr at each attempt: the agent logs the beginning and the end of an outage.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func init() { redis.SetLogger(quiet{}) }
