// Package protocol has the keys, bounds and records of Quasar's protocol, version 2.
//
// A figure that a reporter does not know is nil and is written as null, never as 0. Times are Unix milliseconds, sizes bytes, durations
// milliseconds, percentages 0 to 100, unless a field says otherwise.
package protocol
