package protocol

import (
	"strconv"
	"strings"
)

// Keys builds the Redis keys of a namespace. The value is its prefix, which ends with a colon.
type Keys string

// KeysOf returns the keys of a prefix; DefaultPrefix if it is empty. A missing colon at the end is added.
func KeysOf(prefix string) Keys {
	if prefix == "" {
		return DefaultPrefix
	}
	if !strings.HasSuffix(prefix, ":") {
		prefix += ":"
	}
	return Keys(prefix)
}

// Node returns the key of a heartbeat.
func (k Keys) Node(service, node string) string {
	return string(k) + "node:" + NodeMember(service, node)
}

// Queues returns the key of a queue snapshot. Ranks begin at 1.
func (k Keys) Queues(service string, rank int) string {
	return string(k) + "queues:" + QueuesMember(service, rank)
}

// QueuesLease returns the key of the lease of the node that reports queues. Ranks begin at 1.
func (k Keys) QueuesLease(service string, rank int) string {
	return string(k) + "lease:queues:" + QueuesMember(service, rank)
}

// Slow returns the key of the stream of slow entries.
func (k Keys) Slow(service string) string { return k.of("slow:", service) }

// Errors returns the key of the sorted set of exceptions.
func (k Keys) Errors(service string) string { return k.of("errors:", service) }

// Rollup returns the key of the stream of rollups per interval.
func (k Keys) Rollup(service string) string { return k.of("rollup:", service) }

// History returns the key of the stream of rollups per minute.
func (k Keys) History(service string) string { return k.of("history:", service) }

// QueueHistory returns the key of the stream of queues per minute.
func (k Keys) QueueHistory(service string) string { return k.of("queue-history:", service) }

// Jobs returns the key of the stream of finished jobs.
func (k Keys) Jobs(service string) string { return k.of("jobs:", service) }

// NodeIndex returns the key of the index of nodes. Its members are those of NodeMember.
func (k Keys) NodeIndex() string { return string(k) + "index:nodes" }

// QueueIndex returns the key of the index of snapshots. Its members are those of QueuesMember.
func (k Keys) QueueIndex() string { return string(k) + "index:queues" }

// ServiceIndex returns the key of the index of services. Its members are encoded by EncodeSegment.
func (k Keys) ServiceIndex() string { return string(k) + "index:services" }

func (k Keys) of(kind, service string) string { return string(k) + kind + EncodeSegment(service) }

// NodeMember returns the member of the index of nodes.
func NodeMember(service, node string) string {
	return EncodeSegment(service) + ":" + EncodeSegment(node)
}

// QueuesMember returns the member of the index of snapshots. Ranks begin at 1, which is not written.
func QueuesMember(service string, rank int) string {
	if rank <= 1 {
		return EncodeSegment(service)
	}
	return EncodeSegment(service) + ":" + strconv.Itoa(rank)
}

const hexDigits = "0123456789ABCDEF"

// EncodeSegment percent-encodes a name for a key: each UTF-8 byte of other characters than letters, digits and -_.!~'() becomes %XX.
// Invalid UTF-8 becomes U+FFFD.
func EncodeSegment(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if b := text[i]; isPlain(b) {
			out.WriteByte(b)
		} else {
			out.Write([]byte{'%', hexDigits[b>>4], hexDigits[b&15]})
		}
	}
	return out.String()
}

func isPlain(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("-_.!~'()", b) >= 0
}
