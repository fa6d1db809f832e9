import { MAX_RECORD_CHARS, readClockAhead } from '../../protocol/index.js'
import { type Fields, readObject } from '../../protocol/read.js'
import type { Connection } from '../../redis/connection.js'
import { unpackText } from '../../redis/packed-text.js'
import type { StreamEntry } from '../../redis/replies.js'
import type { Verifier } from '../../signing/verifier.js'
import type { RecordTimes } from './record-times.js'
import type { ServerClock } from './server-clock.js'
import { StreamPages } from './streams.js'

interface SpanText {
  readonly text: string
  /** Of the entry. */
  readonly entry: StreamEntry['fields']
  readonly fields: Fields | null
  identity: string
}

/** What differs between kinds of records. */
interface SpanKind<T> {
  /** Equal for a record that was written twice, and for no others. */
  readonly identity: (record: T) => string
  /** Corrects further times in a record, as those of its span were. @param ms to add */
  readonly moved?: (record: T, ms: number) => void
}

/** Streams of records of one node's spans of time: rollups, the history of queues, finished jobs. */
export function spanPages<T extends { readonly node: string; from: number; to: number }>(
  parts: {
    readonly connection: Connection
    readonly clock: ServerClock
    readonly verifier: Verifier | null
    readonly times: RecordTimes
  },
  parse: (fields: Fields, entry: { readonly service: string; readonly sealed: unknown }) => T | null,
  { identity, moved }: SpanKind<T> = { identity: ({ from, node }) => `${from}:${node}` },
): StreamPages<T, SpanText> {
  const { connection, clock, verifier, times } = parts
  return new StreamPages<T, SpanText>(connection, clock, verifier, {
    open: ({ fields }) => {
      const text = unpackText(fields, MAX_RECORD_CHARS) ?? ''
      return { text, fields: readObject(text), entry: fields, identity: '' }
    },
    trust: ({ text }, key) => verifier?.json(key, text) ?? null,
    read: (content, service, written, isDated) => {
      const { fields } = content
      const record = fields && parse(fields, { service, sealed: content.entry.sealed })
      if (!record) return null
      // By its original time: once that is corrected by the time of writing, a second copy has another time.
      content.identity = identity(record)
      const { to } = record
      const about = { service, node: record.node, clockAhead: readClockAhead(fields), written }
      const dated = times.ofRollup(record, about, isDated)
      if (dated && dated.to !== to) moved?.(dated, dated.to - to)
      return dated
    },
    identity: (_, content) => content.identity,
  })
}
