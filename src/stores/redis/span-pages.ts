import { MAX_RECORD_CHARS, readClockAhead } from '../../protocol/index.js'
import { type Fields, readObject } from '../../protocol/read.js'
import type { Connection } from '../../redis/connection.js'
import { unpackText } from '../../redis/packed-text.js'
import type { Verifier } from '../../signing/verifier.js'
import type { RecordTimes } from './record-times.js'
import type { ServerClock } from './server-clock.js'
import { StreamPages } from './streams.js'

interface SpanText {
  readonly text: string
  readonly fields: Fields | null
  identity: string
}

/** Streams of records of one node's spans of time: rollups, and the history of queues. */
export function spanPages<T extends { readonly node: string; from: number; to: number }>(
  parts: {
    readonly connection: Connection
    readonly clock: ServerClock
    readonly verifier: Verifier | null
    readonly times: RecordTimes
  },
  parse: (fields: Fields) => T | null,
): StreamPages<T, SpanText> {
  const { connection, clock, verifier, times } = parts
  return new StreamPages<T, SpanText>(connection, clock, verifier, {
    open: ({ fields }) => {
      const text = unpackText(fields, MAX_RECORD_CHARS) ?? ''
      return { text, fields: readObject(text), identity: '' }
    },
    trust: ({ text }, key) => verifier?.json(key, text) ?? null,
    read: (content, service, written, isDated) => {
      const { fields } = content
      const record = fields && parse(fields)
      if (!record) return null
      // By its original time: once that is corrected by the time of writing, a second copy has another time.
      content.identity = `${record.from}:${record.node}`
      const about = { service, node: record.node, clockAhead: readClockAhead(fields), written }
      return times.ofRollup(record, about, isDated)
    },
    identity: (_, content) => content.identity,
  })
}
