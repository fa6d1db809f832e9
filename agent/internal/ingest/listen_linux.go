package ingest

import (
	"net"
	"os"
	"syscall"
)

// listenWithoutFile opens an abstract socket: it needs no directory, so it also works where nothing is writable.
func listenWithoutFile(name string) (net.Listener, error) {
	listener, err := net.Listen("unix", name)
	if err != nil {
		return nil, err
	}
	return ownOnly{listener}, nil
}

// ownOnly accepts the agent's own user and root. No file has permissions that protect an abstract socket.
type ownOnly struct{ net.Listener }

func (l ownOnly) Accept() (net.Conn, error) {
	for {
		connection, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if user, ok := userOf(connection); ok && (user == 0 || int(user) == os.Geteuid()) {
			return connection, nil
		}
		_ = connection.Close()
	}
}

func userOf(connection net.Conn) (uint32, bool) {
	socket, isUnix := connection.(*net.UnixConn)
	if !isUnix {
		return 0, false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return 0, false
	}
	var credentials *syscall.Ucred
	failed := raw.Control(func(descriptor uintptr) {
		credentials, err = syscall.GetsockoptUcred(int(descriptor), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if failed != nil || err != nil {
		return 0, false
	}
	return credentials.Uid, true
}
