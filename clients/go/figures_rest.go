//go:build !linux && !darwin

package quasar

import (
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

var defaultDisks []string

func processTime() (time.Duration, bool) { return 0, false }

func diskUsage(string) (protocol.Disk, bool) { return protocol.Disk{}, false }
