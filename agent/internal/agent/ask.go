package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/config"
)

const (
	askLimit  = 3 * time.Second
	maxStatus = 1 << 20
)

// Ask asks the running agent for its status, over its socket or else the address of its ingest.
func Ask(cfg *config.Config) (*Status, error) {
	tried := []string{}
	try := func(name, address, token string) *Status {
		status, err := ask(address, token)
		if err != nil {
			tried = append(tried, fmt.Sprintf("%s (%v)", name, err))
		}
		return status
	}
	for _, name := range cfg.Sockets() {
		// It needs no token, and another program may have opened it.
		if status := try(name, "unix:"+name, ""); status != nil {
			return status, nil
		}
	}
	if cfg.Ingest != "" {
		if status := try(strings.TrimPrefix(cfg.Ingest, "unix:"), cfg.Ingest, cfg.SigningToken()); status != nil {
			return status, nil
		}
	}
	return nil, fmt.Errorf("no agent answers at %s\nStart it with --socket PATH or --ingest 127.0.0.1:4281, and give `status` the same options or file", strings.Join(tried, " and "))
}

// ask returns either a status or an error.
func ask(address, token string) (*Status, error) {
	path, isUnix := strings.CutPrefix(address, "unix:")
	url := "http://" + address + "/v1/status"
	transport := &http.Transport{}
	if isUnix {
		url = "http://agent/v1/status"
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}
	}
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, errors.New("no valid address")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{Timeout: askLimit, Transport: transport}
	response, err := client.Do(request)
	if err != nil {
		return nil, plainDialError(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %s", response.Status)
	}
	status := &Status{}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxStatus)).Decode(status); err != nil {
		return nil, fmt.Errorf("its answer is no status: %w", err)
	}
	return status, nil
}

// plainDialError leaves out the address, which is told once.
func plainDialError(err error) error {
	var operation *net.OpError
	if errors.As(err, &operation) {
		return operation.Err
	}
	return err
}
