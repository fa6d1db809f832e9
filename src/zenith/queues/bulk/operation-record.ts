import { JOB_ACTIONS } from '../../../api/actions.js'
import type { BulkOperation, BulkReason, JobSelection } from '../../../api/bulk.js'
import { BULK_PHASES } from '../../../api/words.js'
import { JOB_STATES, MAX_KEPT_DOCUMENTS, MAX_MESSAGE_CHARS, MAX_NAME_CHARS } from '../../../protocol/index.js'
import {
  type Fields,
  fieldsOf,
  own,
  readAmount,
  readCount,
  readList,
  readObject,
  readText,
  readTime,
  within,
} from '../../../protocol/read.js'

const MAX_REASONS = 100
/** Most queues of an operation, and more ids of jobs than a record has. */
const MAX_SELECTED = 200

/** What one Zenith shares with the others about an operation. */
export interface OperationRecord {
  /** The Zenith that runs it. */
  readonly zenith: string
  /** When the record was written, by that Zenith's clock. Unix ms. */
  readonly at: number
  readonly operation: BulkOperation
  /** Number of jobs in the call that was about to start; null in a record of an older Zenith. */
  readonly going: number | null
  /** Number of blocks that the list of its jobs has in the store; 0 when it is not stored. */
  readonly blocks: number
}

/** Null for anything else, such as a record in a newer format. */
export function parseOperationRecord(document: string): OperationRecord | null {
  const fields = readObject(document)
  const operation = fields && parseOperation(fieldsOf(own(fields, 'operation')) ?? {})
  const zenith = fields && readText(fields, 'zenith', MAX_NAME_CHARS)
  const at = fields && readTime(fields, 'at')
  if (!operation || !zenith || at === null) return null
  const blocks = Math.min(readCount(fields, 'blocks') ?? 0, MAX_KEPT_DOCUMENTS)
  return { zenith, at, operation, going: readCount(fields, 'going'), blocks }
}

function parseOperation(fields: Fields): BulkOperation | null {
  const id = readText(fields, 'id', MAX_NAME_CHARS)
  const action = JOB_ACTIONS.find((one) => one === own(fields, 'action'))
  const phase = BULK_PHASES.find((one) => one === own(fields, 'phase'))
  const selection = parseSelection(within(fields, 'selection'))
  if (!id || !action || !phase || !selection) return null
  const amount = (key: string) => readAmount(fields, key) ?? 0
  return {
    ...{ id, action, phase, selection },
    user: readText(fields, 'user', MAX_NAME_CHARS),
    asOf: amount('asOf'),
    startedAt: readAmount(fields, 'startedAt'),
    endedAt: readAmount(fields, 'endedAt'),
    looked: amount('looked'),
    total: readAmount(fields, 'total'),
    eligible: amount('eligible'),
    notEligible: parseReasons(fields, 'notEligible'),
    isPartial: own(fields, 'isPartial') === true,
    succeeded: amount('succeeded'),
    skipped: parseReasons(fields, 'skipped'),
    unknown: amount('unknown'),
    resumable: own(fields, 'resumable') === true,
    error: readText(fields, 'error', MAX_MESSAGE_CHARS),
  }
}

function parseSelection(fields: Fields): JobSelection | null {
  const state = JOB_STATES.find((one) => one === own(fields, 'state'))
  const text = (key: string) => readText(fields, key, MAX_MESSAGE_CHARS)
  const ids = own(fields, 'ids')
  return state
    ? {
        state,
        queues: textsOf(own(fields, 'queues')).slice(0, MAX_SELECTED),
        ids: Array.isArray(ids) ? textsOf(ids).slice(0, MAX_SELECTED) : null,
        name: text('name'),
        fingerprint: text('fingerprint'),
        text: text('text'),
      }
    : null
}

function parseReasons(fields: Fields, key: string): BulkReason[] {
  return readList(fields, key, MAX_REASONS).map((one) => ({
    reason: readText(one, 'reason', MAX_MESSAGE_CHARS) ?? '',
    count: readAmount(one, 'count') ?? 0,
  }))
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
