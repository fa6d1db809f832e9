//go:build !linux

package ingest

import (
	"errors"
	"net"
)

func listenWithoutFile(string) (net.Listener, error) {
	return nil, errors.New("sockets whose name begins with @ exist on Linux only")
}
