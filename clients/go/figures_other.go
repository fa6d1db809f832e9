//go:build !linux

package quasar

import (
	"runtime"
	"time"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// Elsewhere these figures are unknown.

type machineTimes struct{ busy, total float64 }

type groupReading struct {
	quota                            float64
	usage, throttled                 time.Duration
	hasUsage, hasThrottled, hasLimit bool
	limit                            float64
	used                             *float64
}

func readMachineTimes() machineTimes { return machineTimes{} }

func readGroup() groupReading { return groupReading{} }

func usableCores(groupReading) float64 { return float64(runtime.NumCPU()) }

func loadAverage() *[3]float64 { return nil }

func systemMemory(groupReading) protocol.SystemMemory { return protocol.SystemMemory{} }

func residentBytes() *float64 { return nil }
