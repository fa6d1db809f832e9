import type fc from 'fast-check'
import {
  encodeException,
  encodeFinishedJobs,
  encodeHeartbeat,
  encodePayloads,
  encodeQueueHistory,
  encodeQueueSnapshot,
  encodeRollup,
  encodeSlowEntry,
  nodeMember,
  parseAuditEntry,
  parseException,
  parseFinishedJobs,
  parseHeartbeat,
  parseNodeMember,
  parsePayloads,
  parseQueueHistory,
  parseQueueSnapshot,
  parseRollup,
  parseSlowEntry,
} from '../../../src/protocol/index.js'
import { fieldsOfFlat, type SchemaName } from '../../protocol/records.js'
import {
  auditEntries,
  exceptions,
  finishedJobs,
  heartbeats,
  payloadBlocks,
  queueHistories,
  rollups,
  slowEntries,
  snapshots,
} from './arbitraries.js'

/** How a parser of the protocol is tried. */
export interface ParserCase<T = never> {
  /** Of a text, whatever it holds. */
  readonly read: (text: string) => unknown
  readonly write: (record: T) => string
  /** Records as a reporter may write them; null where there is no record but a name. */
  readonly valid: fc.Arbitrary<T> | null
  /** That what is written fits. */
  readonly schema: SchemaName | null
  /** Of what is read, as JSON: more than that can't be kept for one record. */
  readonly maxChars: number
}

const FROM = { service: 's', node: 'n', ts: 1 }

/** JSON, as the fields of a stream's entry. */
function readSlow(text: string): unknown {
  const fields = safeJson(text)
  return parseSlowEntry(typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {})
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The only parser of a list. */
function asRecord(payloads: ReturnType<typeof parsePayloads>): unknown {
  return payloads && { payloads }
}

function of<T>(one: ParserCase<T>): ParserCase {
  return one as unknown as ParserCase
}

/** Every `parse*` of the protocol by its name. */
export const PARSERS: Readonly<Record<string, ParserCase>> = {
  parseHeartbeat: of({
    read: (text) => parseHeartbeat(text, FROM),
    write: encodeHeartbeat,
    valid: heartbeats,
    schema: 'heartbeat',
    maxChars: 100_000,
  }),
  parseException: of({
    read: (text) => parseException(text, FROM),
    write: encodeException,
    valid: exceptions,
    schema: 'exception',
    maxChars: 100_000,
  }),
  parseSlowEntry: of({
    read: readSlow,
    write: (entry) => JSON.stringify(fieldsOfFlat(encodeSlowEntry(entry))),
    valid: slowEntries,
    schema: 'slow-entry',
    maxChars: 100_000,
  }),
  parseRollup: of({ read: parseRollup, write: encodeRollup, valid: rollups, schema: 'rollup', maxChars: 2_000_000 }),
  parseQueueSnapshot: of({
    read: (text) => parseQueueSnapshot(text, FROM),
    write: encodeQueueSnapshot,
    valid: snapshots,
    schema: 'queue-snapshot',
    maxChars: 40_000_000,
  }),
  parseQueueHistory: of({
    read: parseQueueHistory,
    write: encodeQueueHistory,
    valid: queueHistories,
    schema: 'queue-history',
    maxChars: 2_000_000,
  }),
  parseFinishedJobs: of({
    read: (text) => parseFinishedJobs(text),
    write: (record) => encodeFinishedJobs(record),
    valid: finishedJobs,
    schema: 'finished-jobs',
    maxChars: 2_000_000,
  }),
  parsePayloads: of({
    read: (text) => asRecord(parsePayloads(text)),
    write: ({ payloads }: { payloads: Parameters<typeof encodePayloads>[0] }) => encodePayloads(payloads),
    valid: payloadBlocks.map((payloads) => ({ payloads })),
    schema: null,
    maxChars: 100_000,
  }),
  parseAuditEntry: of({
    read: (text) => parseAuditEntry(text, '1-0'),
    write: ({ id: _, ...line }) => JSON.stringify(line),
    valid: auditEntries,
    schema: null,
    maxChars: 50_000,
  }),
  parseNodeMember: of({
    read: parseNodeMember,
    write: ({ service, node }: { service: string; node: string }) => nodeMember(service, node),
    valid: heartbeats.map(({ service, id }) => ({ service, node: id })),
    schema: null,
    maxChars: 10_000,
  }),
}
