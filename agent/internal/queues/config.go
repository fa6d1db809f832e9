package queues

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

// Config is one entry of `queues`.
type Config struct {
	// Driver is laravel, horizon, bullmq, redis-list, celery, rq, sidekiq or sqs.
	Driver string `yaml:"driver"`
	// Redis of the queues: a URL, a socket's path, or host:port. Default: the agent's own.
	Redis string `yaml:"redis"`
	// Prefix of the keys; each driver has its own default.
	Prefix *string `yaml:"prefix"`
	// Queues are names; for sqs also URLs. Default: all that are found; redis-list needs them.
	Queues []string `yaml:"queues"`
	// HorizonPrefix is the prefix of Horizon's keys, or false for none. Default: the Horizon of the same app.
	HorizonPrefix *string `yaml:"horizonPrefix"`
	// FailedJobs is the URL of the Laravel app's database, postgres:// or mysql://.
	FailedJobs string `yaml:"failedJobs"`
	// FailedTable is its table of failed jobs, failed_jobs by default.
	FailedTable string `yaml:"failedTable"`
	// FailedConnection is the queue connection whose failed jobs count, redis by default.
	FailedConnection string `yaml:"failedConnection"`
	// Separator is kombu's transport option sep.
	Separator *string `yaml:"separator"`
	// Region of SQS. Default: AWS_REGION, AWS_DEFAULT_REGION, the profile's, that of the queues' URLs.
	Region string `yaml:"region"`
	// Endpoint of SQS, for another server of its protocol.
	Endpoint string `yaml:"endpoint"`
	// PollEvery is the shortest time between two polls of SQS, ms; 60000 by default, at least 1000.
	PollEvery float64 `yaml:"pollEvery"`
}

const maxNamed = maxQueues

// keysOf are the settings that a driver takes besides `driver` and `queues`.
var keysOf = map[string][]string{
	"bullmq":     {"redis", "prefix"},
	"celery":     {"redis", "prefix", "separator"},
	"horizon":    {"redis", "prefix", "horizonPrefix", "failedJobs", "failedTable", "failedConnection"},
	"laravel":    {"redis", "prefix", "horizonPrefix", "failedJobs", "failedTable", "failedConnection"},
	"redis-list": {"redis", "prefix"},
	"rq":         {"redis", "prefix"},
	"sidekiq":    {"redis", "prefix"},
	"sqs":        {"region", "endpoint", "pollEvery"},
}

// Drivers are the names that Config.Driver takes.
func Drivers() []string {
	names := make([]string, 0, len(keysOf))
	for name := range keysOf {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// New makes a source; it connects at the first read. Its errors name the setting and what it takes, and repeat no secret.
func New(cfg Config) (Source, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	made, err := cfg.open()
	if err != nil {
		return nil, err
	}
	return &source{reader: made}, nil
}

func (c Config) check() error {
	keys, isKnown := keysOf[c.Driver]
	if !isKnown {
		return fmt.Errorf("driver takes one of %s", strings.Join(Drivers(), ", "))
	}
	for name, isSet := range c.given() {
		if isSet && !slices.Contains(keys, name) {
			return fmt.Errorf("%s has no place with driver %s, which takes queues, %s", name, c.Driver, strings.Join(keys, ", "))
		}
	}
	if len(c.Queues) > maxNamed {
		return fmt.Errorf("queues takes at most %d names", maxNamed)
	}
	for _, name := range c.Queues {
		if name == "" || (c.Driver == "bullmq" && strings.Contains(name, ":")) {
			return errors.New("queues takes a list of names, at least one; BullMQ's have no colon")
		}
	}
	if c.Driver == "redis-list" && len(c.Queues) == 0 {
		return errors.New("queues takes the keys of the lists, at least one")
	}
	if c.HorizonPrefix != nil && *c.HorizonPrefix == "" {
		return errors.New("horizonPrefix takes a text like laravel_horizon:, or false")
	}
	if c.Separator != nil && *c.Separator == "" {
		return errors.New("separator takes the transport option sep of the app")
	}
	return c.checkSQS()
}

func (c Config) checkSQS() error {
	if c.PollEvery != 0 && c.PollEvery < 1_000 {
		return errors.New("pollEvery takes a number of milliseconds, at least 1000")
	}
	if c.Region != "" && !regionName.MatchString(c.Region) {
		return errors.New("region takes a name like eu-west-1")
	}
	if c.Endpoint != "" {
		parsed, err := url.Parse(c.Endpoint)
		if err != nil || (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Host == "" || parsed.User != nil {
			return errors.New("endpoint takes a URL like https://sqs.eu-west-1.amazonaws.com")
		}
	}
	return nil
}

func (c Config) given() map[string]bool {
	return map[string]bool{
		"redis": c.Redis != "", "prefix": c.Prefix != nil, "horizonPrefix": c.HorizonPrefix != nil, "failedJobs": c.FailedJobs != "",
		"failedTable": c.FailedTable != "", "failedConnection": c.FailedConnection != "", "separator": c.Separator != nil,
		"region": c.Region != "", "endpoint": c.Endpoint != "", "pollEvery": c.PollEvery != 0,
	}
}

func (c Config) open() (reader, error) {
	c.Queues = distinct(c.Queues)
	if c.Driver == "sqs" {
		return newSQSSource(c)
	}
	address, err := resp.ParseAddress(c.Redis)
	if err != nil {
		return nil, fmt.Errorf("redis takes a URL like redis://host:6379/0, but %w", err)
	}
	client := resp.New(address)
	switch c.Driver {
	case "bullmq":
		return newBullmqSource(client, c), nil
	case "celery":
		return newCelerySource(client, c), nil
	case "rq":
		return newRQSource(client, c), nil
	case "sidekiq":
		return newSidekiqSource(client, c), nil
	case "redis-list":
		return newListSource(client, c), nil
	}
	return newLaravelSource(client, c)
}

// distinct are the names without duplicates, in their order; nil for none.
func distinct(names []string) []string {
	var once []string
	for _, name := range names {
		if !slices.Contains(once, name) {
			once = append(once, name)
		}
	}
	return once
}
