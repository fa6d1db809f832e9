package writer

import "sync"

const (
	maxBufferedRecords = 2_000
	maxBufferedBytes   = 1 << 20
)

// Buffer has records that wait to be written: at most 2 000, and about 1 MiB. When it is full, the oldest are dropped and counted. The zero
// value is empty and ready to use. It is safe for concurrent use.
type Buffer struct {
	mu      sync.Mutex
	records []*Record
	bytes   int
	dropped int64
}

// Push adds a record.
func (b *Buffer) Push(record *Record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.records = append(b.records, record)
	b.bytes += record.size
	b.trim()
}

// Take removes and returns all records.
func (b *Buffer) Take() []*Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	records := b.records
	b.records, b.bytes = nil, 0
	return records
}

// PutBack puts records that were not written back, before all newer ones.
func (b *Buffer) PutBack(records []*Record) {
	if len(records) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.records = append(append([]*Record{}, records...), b.records...)
	for _, record := range records {
		b.bytes += record.size
	}
	b.trim()
}

// Drop counts a record that was not even made, such as beyond the limit of an interval.
func (b *Buffer) Drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dropped++
}

// Dropped counts the records lost since the start.
func (b *Buffer) Dropped() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dropped
}

// Len is the number of records, Bytes about their size.
func (b *Buffer) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.records)
}

// Bytes is about how many bytes the records take.
func (b *Buffer) Bytes() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bytes
}

func (b *Buffer) trim() {
	over := 0
	for len(b.records)-over > maxBufferedRecords || b.bytes > maxBufferedBytes {
		b.bytes -= b.records[over].size
		b.records[over] = nil
		over++
	}
	b.records = b.records[over:]
	b.dropped += int64(over)
}
