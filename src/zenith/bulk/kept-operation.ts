import {
  BULK_PHASES,
  type BulkOperation,
  type BulkReason,
  JOB_ACTIONS,
  JOB_STATES,
  type JobSelection,
  MAX_MESSAGE_CHARS,
  MAX_NAME_CHARS,
} from '../../protocol/index.js'
import {
  type Fields,
  fieldsOf,
  own,
  readAmount,
  readList,
  readObject,
  readText,
  readTime,
  within,
} from '../../protocol/read.js'

/** How many reasons are given. */
const MAX_REASONS = 100

/** What one Zenith tells the others of an operation. */
export interface KeptOperation {
  /** The Zenith that runs it. */
  readonly zenith: string
  /** When it said so last, Unix ms. */
  readonly at: number
  readonly operation: BulkOperation
}

/** Null for what is no operation, or one of a Zenith whose operations have another form. */
export function parseKeptOperation(document: string): KeptOperation | null {
  const fields = readObject(document)
  const operation = fields && parseOperation(fieldsOf(own(fields, 'operation')) ?? {})
  const zenith = fields && readText(fields, 'zenith', MAX_NAME_CHARS)
  const at = fields && readTime(fields, 'at')
  return operation && zenith && at !== null ? { zenith, at, operation } : null
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
    eligible: amount('eligible'),
    notEligible: parseReasons(fields, 'notEligible'),
    isPartial: own(fields, 'isPartial') === true,
    succeeded: amount('succeeded'),
    skipped: parseReasons(fields, 'skipped'),
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
        queues: textsOf(own(fields, 'queues')),
        ids: Array.isArray(ids) ? textsOf(ids) : null,
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
