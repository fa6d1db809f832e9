// Package resp is a small client of Redis for watched queues. It sends exactly the commands that it is told to, so that a user with few
// rights suffices; it bounds the time and the size of every reply, and never sends a command twice.
package resp

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"sync"
	"time"
)

const (
	connectTimeout = 2 * time.Second
	answerTimeout  = 2 * time.Second
)

// Reply is Redis' reply to one command. A value is nil, a string, an int64 or a []any of these.
type Reply struct {
	Value any
	Err   *Error
}

// Client is a connection that is opened on demand, and again after it was lost.
type Client struct {
	address Address

	mutex  sync.Mutex
	conn   net.Conn
	reader *bufio.Reader
	closed bool
}

// New makes a client; it connects at the first command.
func New(address Address) *Client { return &Client{address: address} }

// Address is where the client connects to.
func (c *Client) Address() Address { return c.address }

// Send sends commands together and returns a reply for each, in their order.
func (c *Client) Send(ctx context.Context, commands ...[]string) []Reply {
	if len(commands) == 0 {
		return nil
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	replies, err := c.exchange(ctx, commands)
	if err == nil {
		return replies
	}
	c.drop()
	failed := failure(err, c.address.Where)
	for len(replies) < len(commands) {
		replies = append(replies, Reply{Err: failed})
	}
	return replies
}

// SendInPortions sends commands in batches, one after the other, so that no batch exceeds the time-out.
func (c *Client) SendInPortions(ctx context.Context, commands [][]string, size int) []Reply {
	replies := make([]Reply, 0, len(commands))
	for start := 0; start < len(commands); start += size {
		replies = append(replies, c.Send(ctx, commands[start:min(start+size, len(commands))]...)...)
	}
	return replies
}

// Close ends the connection; no command is sent after it.
func (c *Client) Close() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.closed = true
	c.drop()
	return nil
}

func (c *Client) drop() {
	if c.conn != nil {
		_ = c.conn.Close()
	}
	c.conn = nil
}

func (c *Client) exchange(ctx context.Context, commands [][]string) ([]Reply, error) {
	if c.closed {
		return nil, &Error{"CLOSED", "This connection to Redis is closed"}
	}
	if c.conn == nil {
		if err := c.connect(ctx); err != nil {
			return nil, err
		}
	}
	return c.roundTrip(ctx, commands)
}

func (c *Client) roundTrip(ctx context.Context, commands [][]string) ([]Reply, error) {
	if err := c.conn.SetDeadline(deadline(ctx, answerTimeout)); err != nil {
		return nil, err
	}
	if err := write(c.conn, commands); err != nil {
		return nil, err
	}
	replies := make([]Reply, 0, len(commands))
	for range commands {
		value, err := readReply(c.reader)
		if err != nil {
			return replies, err
		}
		replies = append(replies, c.replyOf(value))
	}
	return replies, nil
}

func (c *Client) replyOf(value any) Reply {
	if refusal, is := value.(refused); is {
		return Reply{Err: Described(string(refusal), c.address.Where)}
	}
	return Reply{Value: value}
}

func (c *Client) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := dial(ctx, c.address)
	if err != nil {
		return err
	}
	c.conn = conn
	c.reader = bufio.NewReaderSize(conn, 32*1024)
	return c.introduce(ctx)
}

func dial(ctx context.Context, address Address) (net.Conn, error) {
	dialer := &net.Dialer{}
	if !address.TLS {
		return dialer.DialContext(ctx, address.Network, address.Dial)
	}
	secure := &tls.Dialer{NetDialer: dialer, Config: &tls.Config{ServerName: address.Host, MinVersion: tls.VersionTLS12}}
	return secure.DialContext(ctx, address.Network, address.Dial)
}

// introduce logs in and selects the database. The connection's name is a courtesy, which a user may lack the right to.
func (c *Client) introduce(ctx context.Context) error {
	commands := [][]string{{"client", "SETNAME", "quasar"}}
	if c.address.Password != "" {
		login := []string{"auth"}
		if c.address.Username != "" {
			login = append(login, c.address.Username)
		}
		commands = append([][]string{append(login, c.address.Password)}, commands...)
	}
	if c.address.DB != 0 {
		commands = append(commands, []string{"select", strconv.Itoa(c.address.DB)})
	}
	replies, err := c.roundTrip(ctx, commands)
	if err != nil {
		return err
	}
	for index, reply := range replies {
		if reply.Err != nil && commands[index][0] != "client" {
			return reply.Err
		}
	}
	return nil
}

func deadline(ctx context.Context, most time.Duration) time.Time {
	limit := time.Now().Add(most)
	if until, has := ctx.Deadline(); has && until.Before(limit) {
		return until
	}
	return limit
}
