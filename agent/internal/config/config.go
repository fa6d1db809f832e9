// Package config resolves the agent's settings from flags, QUASAR_* variables and a YAML file.
package config

import (
	"runtime"

	"github.com/gravito-framework/quasar/agent/internal/process"
	"github.com/gravito-framework/quasar/agent/internal/queues"
)

// Config has the settings in force. The yaml tags are the keys of the file.
type Config struct {
	// Redis is the URL of the Redis that Zenith reads.
	Redis  string `yaml:"redis"`
	Prefix string `yaml:"prefix"`
	// Token signs records; the second one, during a rotation, is only accepted by the ingest.
	Token []string `yaml:"token"`
	// Service is the name of the host's heartbeat.
	Service     string `yaml:"service"`
	Environment string `yaml:"environment"`
	// Hostname is the host's name in heartbeats, and the id of its node.
	Hostname string `yaml:"hostname"`
	// Interval between two reports, ms.
	Interval int `yaml:"interval"`
	// Host is false if only processes, queues or the ingest are to be reported.
	Host  bool              `yaml:"host"`
	Disks []string          `yaml:"disks"`
	Meta  map[string]string `yaml:"meta"`
	// Proc, Sys, Etc and Root are where the host's directories are mounted in a container.
	Proc string `yaml:"proc"`
	Sys  string `yaml:"sys"`
	Etc  string `yaml:"etc"`
	Root string `yaml:"root"`

	Processes []process.Rule `yaml:"processes"`
	Queues    []Queues       `yaml:"queues"`
	// Ingest is the address at which apps hand over records; empty: none.
	Ingest string `yaml:"ingest"`
	// Socket is the path of the Unix socket that answers `quasar-agent status`, or on Linux @name for one without a file; empty: none.
	Socket string `yaml:"socket"`

	// File is the configuration file, or empty.
	File string `yaml:"-"`
	// Disabled is true if QUASAR_DISABLED turns the agent off.
	Disabled bool `yaml:"-"`
	// sources tells for each key of the first level where its value comes from.
	sources map[string]string
}

// Queues is one entry of `queues`.
type Queues struct {
	// Service under which they are reported; empty: that of the host.
	Service       string `yaml:"service"`
	queues.Config `yaml:",inline"`
}

const (
	// DefaultSocket is used if its directory exists: systemd makes it.
	DefaultSocket = "/run/quasar-agent/status.sock"
	// socketWithoutFile is used where that directory is missing, as in a container. It has no file.
	socketWithoutFile = "@quasar-agent/status"
)

// Sockets are those that may answer `quasar-agent status`, the preferred one first. The agent opens one of them.
func (c *Config) Sockets() []string {
	switch {
	case c.Socket == "":
		return nil
	case c.Socket == DefaultSocket && runtime.GOOS == "linux":
		return []string{DefaultSocket, socketWithoutFile}
	}
	return []string{c.Socket}
}

func defaults() *Config {
	return &Config{
		Prefix:   "gravito:quasar:",
		Service:  "host",
		Interval: 10_000,
		Host:     true,
		sources:  map[string]string{},
	}
}

// SigningToken is the token that signs, or empty.
func (c *Config) SigningToken() string {
	if len(c.Token) == 0 {
		return ""
	}
	return c.Token[0]
}
