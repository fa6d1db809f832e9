// Package protocol stands in for clients/go/protocol until that module is there.
package protocol

// Queue is one queue of a queue snapshot: docs/protocol.md, "Queue snapshot".
type Queue struct {
	Name   string
	Driver string
	Place  string
	Error  string
}
