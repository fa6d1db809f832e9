package writer

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A process of its own, as its stderr is what counts.
func TestFailedDialsAreNotPrinted(t *testing.T) {
	if url := os.Getenv("UNREACHED_REDIS"); url != "" {
		w, err := New(Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		for range 5 {
			if _, err := w.Write(context.Background(), Report{Service: "shop", Node: "a"}); err == nil || !strings.Contains(err.Error(), "refused") {
				t.Errorf("the error is %v", err)
			}
		}
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	run := exec.Command(os.Args[0], "-test.run=^TestFailedDialsAreNotPrinted$")
	run.Env = append(os.Environ(), "UNREACHED_REDIS=redis://"+address)
	output, err := run.CombinedOutput()
	if err != nil || strings.Contains(string(output), "dial") {
		t.Errorf("%v: %s", err, output)
	}
}
