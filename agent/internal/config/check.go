package config

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	minInterval = 100
	maxInterval = 3_600_000
	maxName     = 200
	maxRules    = 200
)

var tokenShape = regexp.MustCompile(`^[!-+\--~]{16,256}$`)

// check returns what is wrong with the values. No text repeats a secret.
func (c *Config) check() Problems {
	problems := Problems{}
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	c.checkRedis(say)
	if !strings.HasSuffix(c.Prefix, ":") || len(c.Prefix) > maxName {
		say("prefix takes a text of at most %d characters that ends with a colon, such as gravito:quasar:", maxName)
	}
	for name, text := range map[string]string{"service": c.Service, "hostname": c.Hostname, "environment": c.Environment} {
		if utf8.RuneCountInString(text) > maxName || (name == "service" && text == "") {
			say("%s takes a text of 1 to %d characters", name, maxName)
		}
	}
	if c.Interval < minInterval || c.Interval > maxInterval {
		say("interval takes a number of ms from %d to %d", minInterval, maxInterval)
	}
	c.checkTokens(say)
	c.checkIngest(say)
	c.checkRules(say)
	return problems
}

type sayer func(format string, args ...any)

func (c *Config) checkRedis(say sayer) {
	if c.Redis == "" {
		say("redis is missing: give the URL of the Redis that Zenith reads, by --redis, QUASAR_REDIS_URL or the file: redis://user:password@host:6379/0")
		return
	}
	parsed, err := url.Parse(c.Redis)
	if err != nil || parsed.Host == "" && parsed.Scheme != "unix" {
		say("redis takes a URL: redis://user:password@host:6379/0 (percent-encode special characters of the password)")
		return
	}
	if number, wrong := strconv.ParseUint(parsed.Port(), 10, 16); parsed.Port() != "" && (wrong != nil || number == 0) {
		say("redis takes a URL with a port from 1 to 65535")
		return
	}
	switch parsed.Scheme {
	case "redis", "rediss", "unix":
	default:
		say("redis takes a URL that begins with redis://, rediss:// or unix://")
	}
}

func (c *Config) checkTokens(say sayer) {
	if len(c.Token) > 2 {
		say("token takes one token, or two during a rotation")
	}
	for _, token := range c.Token {
		if !tokenShape.MatchString(token) {
			say("token takes 16 to 256 ASCII characters without spaces and commas")
			return
		}
	}
}

// checkIngest: everyone who reaches the address may report as any service, so beyond this host it takes a token.
func (c *Config) checkIngest(say sayer) {
	if c.Ingest == "" || strings.HasPrefix(c.Ingest, "unix:") {
		if c.Ingest == "unix:" {
			say("ingest takes a path after unix:")
		}
		return
	}
	host, port, err := net.SplitHostPort(c.Ingest)
	if number, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil || number == 0 {
		say("ingest takes an address with a port, 127.0.0.1:4281, or a Unix socket, unix:/run/quasar-agent/ingest.sock")
		return
	}
	ip := net.ParseIP(host)
	isLoopback := host == "localhost" || (ip != nil && ip.IsLoopback())
	if !isLoopback && len(c.Token) == 0 {
		say("ingest takes a loopback address or a Unix socket; other hosts may only reach it with a token (QUASAR_TOKEN)")
	}
}

func (c *Config) checkRules(say sayer) {
	if len(c.Processes) > maxRules {
		say("processes takes at most %d rules", maxRules)
	}
	for index := range c.Processes {
		if err := c.Processes[index].Check(); err != nil {
			say("processes[%d]%v", index, err)
		}
	}
}
