package ingest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
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
