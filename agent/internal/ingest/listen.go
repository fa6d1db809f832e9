package ingest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

func listen(address string) (net.Listener, error) {
	path, isUnix := strings.CutPrefix(address, "unix:")
	if !isUnix {
		return net.Listen("tcp", address)
	}
	if strings.HasPrefix(path, "@") {
		return listenWithoutFile(path)
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	// The group may be given to the apps that report.
	return listener, os.Chmod(path, 0o660)
}

// removeStale removes the socket of an agent that was killed, and nothing else.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode()&os.ModeSocket == 0 {
		return fmt.Errorf("%s is no socket", path)
	}
	if connection, err := net.DialTimeout("unix", path, time.Second); err == nil {
		connection.Close()
		return fmt.Errorf("another process listens on %s", path)
	}
	return os.Remove(path)
}

// boundedListener accepts no more than so many connections at a time: each costs memory, however little it sends.
type boundedListener struct {
	net.Listener
	free chan struct{}
}

func bounded(listener net.Listener, most int) net.Listener {
	return &boundedListener{listener, make(chan struct{}, most)}
}

// Accept takes a free place after it accepted: waiting before would outlast Close.
func (b *boundedListener) Accept() (net.Conn, error) {
	connection, err := b.Listener.Accept()
	if err != nil {
		return nil, err
	}
	b.free <- struct{}{}
	return &boundedConnection{Conn: connection, leave: sync.OnceFunc(func() { <-b.free })}, nil
}

type boundedConnection struct {
	net.Conn
	leave func()
}

func (c *boundedConnection) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
