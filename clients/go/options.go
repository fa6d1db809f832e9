package quasar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
	"github.com/redis/go-redis/v9"
)

// Options of Start. All are optional.
type Options struct {
	// Service is the app's name in Zenith. Default: QUASAR_SERVICE, else the name of the program's module.
	Service string
	// Environment is production, staging and so on. Default: QUASAR_ENVIRONMENT.
	Environment string
	// AppVersion is the app's version. Default: that of the program's module.
	AppVersion string
	// Framework is shown with every node. Default: net/http once a request came.
	Framework string
	// Redis is where to report: redis://, rediss:// or unix://. Default: QUASAR_REDIS_URL, else REDIS_URL. Without any, nothing is reported.
	Redis string
	// Client is the app's own Redis client instead, such as of a Cluster or a Sentinel. It stays open.
	Client redis.UniversalClient
	// Prefix of all keys; ends with a colon. Default: QUASAR_PREFIX, else gravito:quasar:
	Prefix string
	// Interval is the time between two reports, 100 ms to 1 h; it varies by up to 10 %. Default: QUASAR_INTERVAL in ms, else 10 s.
	Interval time.Duration
	// Slow is from when on a request or a job is slow; negative: nothing is. Default: 1 s.
	Slow time.Duration
	// SlowRules are thresholds by name, tried in order before Slow.
	SlowRules []SlowRule
	// Ignore has paths of requests that are not recorded; * stands for anything.
	Ignore []string
	// Sample is the share of slow entries and exceptions to record, 0 to 1. Counts are always complete. Default: 1; negative: none.
	Sample float64
	// Redact may remove more from a slow entry or an exception before it is recorded; false drops it.
	Redact func(*Record) bool
	// Logger gets Quasar's few lines. Default: slog.Default().
	Logger *slog.Logger
	// Meta is shown with every node: a map or struct of at most 4 KiB as JSON, asked for at every report. It must not change afterwards.
	Meta func() any
	// Ready tells at every report whether the app is ready.
	Ready func() Readiness
	// Disks are the mounts whose usage is reported. Default: / (none on Windows).
	Disks []string
	// Token signs records: 16 to 256 characters, during a rotation two with a comma between. Default: QUASAR_TOKEN, else none.
	Token string
	// Disabled turns everything into no-ops, as QUASAR_DISABLED=1 does.
	Disabled bool
	// RouteName names the route of a request after its handler ran; "" for none. Default: SetRoute, else the pattern of http.ServeMux.
	RouteName func(*http.Request) string
	// TraceID names the trace of a request or job, such as OpenTelemetry's. Default: that of the header traceparent.
	TraceID func(context.Context) string
}

// SlowRule is a threshold for names, such as "GET /reports/*"; * stands for anything. A negative threshold: they are never slow.
type SlowRule struct {
	Pattern   string
	Threshold time.Duration
}

// Readiness is what Options.Ready tells.
type Readiness struct {
	Ready bool
	// Status replaces "ready" or "not ready".
	Status string
	// Deps has the state of dependencies by name: a map or struct of at most 4 KiB as JSON.
	Deps any
}

// settings are options that were checked, with their defaults.
type settings struct {
	Options
	node     string
	slow     []slowRule
	ignore   []*regexp.Regexp
	hostname string
}

type slowRule struct {
	names       *regexp.Regexp
	thresholdMs float64
}

const (
	defaultInterval = 10 * time.Second
	defaultSlow     = time.Second
)

func invalid(name, takes string) error {
	return fmt.Errorf("quasar: %s takes %s", name, takes)
}

func resolve(options Options) (*settings, error) {
	o := options
	o.Service = protocol.Cut(firstOf(o.Service, os.Getenv("QUASAR_SERVICE"), moduleName()), protocol.MaxNameChars)
	o.Environment = protocol.Cut(firstOf(o.Environment, os.Getenv("QUASAR_ENVIRONMENT")), protocol.MaxNameChars)
	o.AppVersion = protocol.Cut(firstOf(o.AppVersion, moduleVersion()), protocol.MaxNameChars)
	o.Redis = firstOf(o.Redis, os.Getenv("QUASAR_REDIS_URL"), os.Getenv("REDIS_URL"))
	o.Prefix = firstOf(o.Prefix, os.Getenv("QUASAR_PREFIX"), protocol.DefaultPrefix)
	o.Token = firstOf(o.Token, os.Getenv("QUASAR_TOKEN"))
	if o.Disks == nil {
		o.Disks = defaultDisks
	}
	err := errors.Join(checkTexts(&o), resolveNumbers(&o))
	s := &settings{Options: o}
	for _, rule := range o.SlowRules {
		s.slow = append(s.slow, slowRule{glob(rule.Pattern), thresholdOf(rule.Threshold)})
	}
	s.slow = append(s.slow, slowRule{glob("*"), thresholdOf(o.Slow)})
	for _, pattern := range o.Ignore {
		s.ignore = append(s.ignore, glob(pattern))
	}
	s.hostname, _ = os.Hostname()
	s.node = nodeID(s.hostname)
	return s, err
}

func checkTexts(o *Options) error {
	if !strings.HasSuffix(o.Prefix, ":") || len(o.Prefix) > protocol.MaxNameChars {
		return invalid("the option Prefix (or QUASAR_PREFIX)", "a text of at most 200 characters that ends with a colon")
	}
	if o.Token != "" {
		if _, err := protocol.ParseTokens(o.Token); err != nil {
			return fmt.Errorf("quasar: the option Token (or QUASAR_TOKEN) %w", err)
		}
	}
	for _, disk := range o.Disks {
		if disk == "" {
			return invalid("the option Disks", "paths of mounts")
		}
	}
	for _, rule := range o.SlowRules {
		if rule.Pattern == "" {
			return invalid("the option SlowRules", "rules with a pattern")
		}
	}
	for _, pattern := range o.Ignore {
		if pattern == "" {
			return invalid("the option Ignore", "paths, in which * stands for anything")
		}
	}
	return nil
}

func resolveNumbers(o *Options) error {
	if o.Interval == 0 {
		o.Interval = defaultInterval
		if text := os.Getenv("QUASAR_INTERVAL"); text != "" {
			ms, err := strconv.Atoi(text)
			if err != nil {
				return invalid("QUASAR_INTERVAL", "a number of ms, 100 to 3600000")
			}
			o.Interval = time.Duration(ms) * time.Millisecond
		}
	}
	if o.Interval < 100*time.Millisecond || o.Interval > time.Hour {
		return invalid("the option Interval (or QUASAR_INTERVAL, in ms)", "a time of 100 ms to 1 h")
	}
	if o.Slow == 0 {
		o.Slow = defaultSlow
	}
	if o.Sample == 0 {
		o.Sample = 1
	}
	if !(o.Sample <= 1) {
		return invalid("the option Sample", "a number from 0 to 1")
	}
	return nil
}

// thresholdOf is negative for what is never slow.
func thresholdOf(threshold time.Duration) float64 { return milliseconds(threshold) }

func isDisabled(o Options) bool {
	switch strings.ToLower(os.Getenv("QUASAR_DISABLED")) {
	case "", "0", "false":
		return o.Disabled
	}
	return true
}

// thresholdMs is from when on something with this name is slow; negative: never.
func (s *settings) thresholdMs(name string) float64 {
	for _, rule := range s.slow {
		if rule.names.MatchString(name) {
			return rule.thresholdMs
		}
	}
	return -1
}

func (s *settings) ignores(path string) bool {
	for _, pattern := range s.ignore {
		if pattern.MatchString(path) {
			return true
		}
	}
	return false
}

// glob matches a whole text, in which * stands for anything. Go's expressions take linear time.
func glob(pattern string) *regexp.Regexp {
	parts := strings.Split(pattern, "*")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	return regexp.MustCompile(`\A(?s:` + strings.Join(parts, ".*") + `)\z`)
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

var majorVersion = regexp.MustCompile(`/v\d+$`)

func moduleName() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path != "" && info.Main.Path != "command-line-arguments" {
		return path.Base(majorVersion.ReplaceAllString(info.Main.Path, ""))
	}
	return filepath.Base(os.Args[0])
}

func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "(devel)" {
		return ""
	}
	return info.Main.Version
}
