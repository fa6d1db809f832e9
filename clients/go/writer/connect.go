package writer

import (
	"context"
	"errors"
	"net"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// A report must not wait for a Redis that hangs: the next one comes in seconds.
const (
	dialTimeout  = 2 * time.Second
	replyTimeout = 2 * time.Second
	writeTimeout = 5 * time.Second
)

// connect makes a client of at most two connections, which connects with the first command and repeats none: the records of a failed write
// are written again by the next report.
func connect(url string) (redis.UniversalClient, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		// The parser's own words may repeat the password.
		return nil, errors.New("the Redis URL is invalid: it takes redis://, rediss:// or unix://, such as redis://localhost:6379/0")
	}
	options.ClientName = "quasar"
	options.Protocol = 2
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	options.MaxRetries = -1
	options.DialerRetries = 1
	options.DialTimeout = dialTimeout
	options.ReadTimeout = replyTimeout
	options.WriteTimeout = replyTimeout
	options.PoolTimeout = replyTimeout
	options.ContextTimeoutEnabled = true
	options.PoolSize = 2
	options.MaxActiveConns = 2
	options.Dialer = quiet(redis.NewDialer(options))
	return redis.NewClient(options), nil
}

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// quiet keeps go-redis from printing each failed dial to the program's stderr, as its logger belongs to the whole program: the error comes
// from the first use of the connection instead.
func quiet(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return unreached{err}, nil
		}
		return conn, nil
	}
}

// unreached is a connection that could not be made.
type unreached struct{ err error }

func (u unreached) Read([]byte) (int, error)       { return 0, u.err }
func (u unreached) Write([]byte) (int, error)      { return 0, u.err }
func (unreached) Close() error                     { return nil }
func (unreached) LocalAddr() net.Addr              { return nil }
func (unreached) RemoteAddr() net.Addr             { return nil }
func (unreached) SetDeadline(time.Time) error      { return nil }
func (unreached) SetReadDeadline(time.Time) error  { return nil }
func (unreached) SetWriteDeadline(time.Time) error { return nil }

func timeOfReply(reply any) (time.Time, bool) {
	parts, _ := reply.([]any)
	if len(parts) != 2 {
		return time.Time{}, false
	}
	seconds, secondsErr := strconv.ParseInt(text(parts[0]), 10, 64)
	micros, microsErr := strconv.ParseInt(text(parts[1]), 10, 64)
	return time.Unix(seconds, micros*1_000), secondsErr == nil && microsErr == nil
}

func text(value any) string {
	text, _ := value.(string)
	return text
}
