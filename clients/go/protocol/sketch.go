package protocol

import (
	"math"
	"strconv"
	"strings"
)

const (
	subBucketBits = 5
	minExponent   = -10
	maxExponent   = 30
	buckets       = (maxExponent - minExponent) << subBucketBits
	bucketOffset  = (1023 + minExponent) << subBucketBits
	// Memory is allocated in steps of two powers of two: most durations of a route are close together.
	span = 64

	maxDistanceDigits = 3
	maxCountDigits    = 7
)

// Sketch is a mergeable histogram of durations in ms with at most 2 % relative error, from about 1 µs to 12 days. The zero value is empty
// and ready to use. It is not safe for concurrent use.
type Sketch struct {
	// Count is the number of recorded durations.
	Count uint64
	// counts of the buckets from first on; those outside are empty.
	counts []uint32
	first  int
}

// BucketOf returns the bucket, 0 to 1279, of a duration in ms.
func BucketOf(duration float64) int {
	if !(duration > 0) {
		return 0
	}
	// The exponent and the top five bits of the mantissa number the buckets of a positive double.
	bucket := int(math.Float64bits(duration)>>(52-subBucketBits)) - bucketOffset
	return min(max(bucket, 0), buckets-1)
}

// DurationOf returns the duration in ms that represents a bucket.
func DurationOf(bucket int) float64 {
	low, high := lowerBound(bucket), lowerBound(bucket+1)
	return 2 * low * high / (low + high)
}

func lowerBound(bucket int) float64 {
	fraction := float64(bucket&(1<<subBucketBits-1)) / (1 << subBucketBits)
	return math.Ldexp(1+fraction, bucket>>subBucketBits+minExponent)
}

// Record adds a duration in ms.
func (s *Sketch) Record(duration float64) { s.add(BucketOf(duration), 1) }

// Merge adds all durations of another sketch, as if all had been recorded into this one.
func (s *Sketch) Merge(other *Sketch) {
	for index, count := range other.counts {
		if count > 0 {
			s.add(other.first+index, count)
		}
	}
}

// Clear removes all durations and keeps the memory.
func (s *Sketch) Clear() {
	clear(s.counts)
	s.Count = 0
}

// Quantile returns the duration in ms at or below which a share (0 to 1) of the durations lies; nil without durations.
func (s *Sketch) Quantile(share float64) *float64 {
	if s.Count == 0 {
		return nil
	}
	rank := max(1, math.Ceil(share*float64(s.Count)))
	seen, last := 0.0, 0
	for index, count := range s.counts {
		if count == 0 {
			continue
		}
		last = s.first + index
		if seen += float64(count); seen >= rank {
			break
		}
	}
	return Known(DurationOf(last))
}

// Encode returns the text form: for each non-empty bucket the distance from the previous one in base 36, and * with its count in base 36
// unless that is 1, separated by commas.
func (s *Sketch) Encode() string {
	var out []byte
	previous := 0
	for index, count := range s.counts {
		if count == 0 {
			continue
		}
		if len(out) > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(out, int64(s.first+index-previous), 36)
		if count > 1 {
			out = strconv.AppendUint(append(out, '*'), uint64(count), 36)
		}
		previous = s.first + index
	}
	return string(out)
}

// DecodeSketch reads the form of Encode; false for any other text.
func DecodeSketch(text string) (*Sketch, bool) {
	sketch := &Sketch{}
	if text == "" {
		return sketch, true
	}
	bucket := 0
	for entry := 0; ; entry++ {
		distance, rest, ok := readDigits(text, maxDistanceDigits)
		count, rest, countOK := readCount(rest)
		bucket += distance
		if !ok || !countOK || bucket >= buckets || entry >= buckets {
			return nil, false
		}
		sketch.add(bucket, count)
		if rest == "" {
			return sketch, true
		}
		if rest[0] != ',' {
			return nil, false
		}
		text = rest[1:]
	}
}

// MergeSketches merges sketches in their text form. Texts that are no sketch are left out.
func MergeSketches(texts []string) string {
	merged := &Sketch{}
	for _, text := range texts {
		if sketch, ok := DecodeSketch(text); ok {
			merged.Merge(sketch)
		}
	}
	return merged.Encode()
}

func readCount(text string) (uint32, string, bool) {
	if !strings.HasPrefix(text, "*") {
		return 1, text, true
	}
	count, rest, ok := readDigits(text[1:], maxCountDigits)
	return uint32(count), rest, ok && count >= 1 && count <= math.MaxUint32
}

func readDigits(text string, maxDigits int) (number int, rest string, ok bool) {
	at := 0
	for ; at < len(text); at++ {
		switch code := text[at]; {
		case code >= '0' && code <= '9':
			number = number*36 + int(code-'0')
		case code >= 'a' && code <= 'z':
			number = number*36 + int(code-'a') + 10
		default:
			return number, text[at:], at > 0
		}
		if at >= maxDigits {
			return 0, "", false
		}
	}
	return number, "", at > 0
}

func (s *Sketch) add(bucket int, count uint32) {
	index := bucket - s.first
	if index < 0 || index >= len(s.counts) {
		s.reach(bucket)
		index = bucket - s.first
	}
	// A full bucket stays full: a wrapped count would be far off.
	count = min(count, math.MaxUint32-s.counts[index])
	s.counts[index] += count
	s.Count += uint64(count)
}

// reach allocates memory for a bucket.
func (s *Sketch) reach(bucket int) {
	first, end := bucket, bucket+1
	if len(s.counts) > 0 {
		first, end = min(first, s.first), max(end, s.first+len(s.counts))
	}
	first -= first % span
	end = (end + span - 1) / span * span
	counts := make([]uint32, end-first)
	if len(s.counts) > 0 {
		copy(counts[s.first-first:], s.counts)
	}
	s.counts, s.first = counts, first
}
