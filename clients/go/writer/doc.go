// Package writer writes reports to Redis: a heartbeat and its records in one pipelined write, with the lifetimes and trims of the protocol,
// dated by Redis' clock.
//
// Nothing here panics or blocks longer than a few seconds. A record that could not be written is returned, so that its owner can put it
// back into a bounded Buffer; written twice, it has the same text both times.
package writer
