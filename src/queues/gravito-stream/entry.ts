import { createHash } from 'node:crypto'
import type { JobDetail, JobState, JobSummary } from '../../protocol/index.js'
import { type Fields, fieldsOf, own, readAmount, readText } from '../../protocol/read.js'
import type { SearchedJob } from '../../redaction/job.js'
import { changeFields, fieldText } from '../shared/json-fields.js'
import { MAX_SEARCHED_CHARS } from '../shared/search.js'
import { bytesOf, jsonOf, summaryText } from '../shared/texts.js'
import { timeOf } from '../shared/times.js'
import { PRIORITIES, type Priority } from './layout.js'

/** An element of a list or a sorted set: a job as the framework wrote it, or anything else. */
export interface Entry {
  /** The exact text in Redis: jobs are removed by it. */
  readonly text: string
  readonly state: JobState
  /** The key that holds it. */
  readonly key: string
  readonly priority: Priority
  /** Null if it is no JSON object. */
  readonly fields: Fields | null
  /** When a delayed job is due. */
  readonly runAt: number | null
}

const MAX_ID_CHARS = 10_000
const UNNAMED = '(no name)'

export function entryOf(text: string, where: Omit<Entry, 'text' | 'fields'>): Entry {
  return { text, fields: fieldsOf(jsonOf(text)), ...where }
}

/** The job's own id; null if it has none. */
export function ownIdOf({ fields }: Entry): string | null {
  return fields && readText(fields, 'id', MAX_ID_CHARS)
}

/** Identifies exactly this text: the framework pushes all jobs of a schedule with the same id. */
export function exactIdOf(entry: Entry): string {
  return `${ownIdOf(entry) ?? ''}#${hashOf(entry.text)}`
}

export function hashOf(text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 16)
}

export function groupOf({ fields }: Entry): string | null {
  return fields && readText(fields, 'groupId', MAX_ID_CHARS)
}

/** The list that the job itself names. */
export function priorityOf(fields: Fields): Priority {
  return PRIORITIES.find((one) => one !== '' && one === own(fields, 'priority')) ?? ''
}

/** When a job was created, Unix ms. */
export function createdAtOf(text: string | null): number | null {
  const fields = fieldsOf(jsonOf(text))
  return fields && timeOf(own(fields, 'createdAt'))
}

/** The payload as the app wrote it, and its class: serializers wrap it in `{ class or job, properties }`. */
function payloadOf({ fields, text }: Pick<Entry, 'fields' | 'text'>): {
  readonly data: string | null
  readonly name: string | null
} {
  const value = fields && own(fields, 'data')
  if (value === undefined || value === null) return { data: null, name: null }
  if (typeof value !== 'string') return { data: fieldText(text, 'data'), name: null }
  const wrapped = fieldsOf(jsonOf(value))
  for (const word of ['class', 'job']) {
    const name = wrapped && own(wrapped, word)
    const start = `{"${word}":${JSON.stringify(name)},"properties":`
    // Cut out rather than written again: numbers that JavaScript cannot represent stay unchanged.
    if (typeof name === 'string' && value.startsWith(start)) return { data: value.slice(start.length, -1), name }
  }
  return { data: value, name: null }
}

function errorOf(fields: Fields): string | null {
  const error = own(fields, 'error')
  const message = fieldsOf(error) && own(error as Fields, 'message')
  if (typeof message === 'string') return message
  return typeof error === 'string' && error !== '' ? error : null
}

/** @param id by which it can be found again */
export function summaryOf(entry: Entry, id: string): JobSummary {
  const fields = entry.fields ?? {}
  const { data, name } = payloadOf(entry)
  return {
    id,
    name: readText(fields, 'className', 200) ?? name ?? readText(fields, 'type', 200) ?? UNNAMED,
    state: entry.state,
    addedAt: timeOf(own(fields, 'createdAt')),
    runAt: entry.runAt,
    startedAt: null,
    finishedAt: entry.state === 'failed' ? timeOf(own(fields, 'failedAt')) : null,
    attempts: readAmount(fields, 'attempts'),
    maxAttempts: readAmount(fields, 'maxAttempts'),
    priority: null,
    error: summaryText(errorOf(fields)),
    progress: null,
    parent: null,
    scheduler: null,
    dataBytes: entry.fields ? (data === null ? null : bytesOf(data)) : bytesOf(entry.text),
  }
}

export function detailOf(entry: Entry, id: string): JobDetail {
  const { data: _data, error: _error, id: _id, ...options } = entry.fields ?? {}
  return {
    ...summaryOf(entry, id),
    data: entry.fields ? payloadOf(entry).data : entry.text,
    result: null,
    options: entry.fields && { ...options, list: entry.priority || 'default' },
    failure: entry.fields && errorOf(entry.fields),
    stacks: [],
    progressText: null,
    worker: null,
    children: null,
  }
}

/** The texts that a search covers. */
export function searchedJob(entry: Entry, summary: JobSummary): SearchedJob {
  const { fields, text } = entry
  const payload = fields ? (payloadOf(entry).data ?? '') : text
  return {
    summary,
    payload: payload.length > MAX_SEARCHED_CHARS ? null : payload,
    failure: fields && errorOf(fields),
  }
}

/**
 * A job to run again, as the framework writes it: without its failure, and without a delay that would defer it. All else is unchanged.
 *
 * @param text a JSON object
 */
export function renewed(text: string, changes: Readonly<Record<string, string | number>> = {}): string {
  const set = Object.entries({ attempts: 0, ...changes }).map(([key, value]) => [key, JSON.stringify(value)] as const)
  return changeFields(text, { set: new Map(set), drop: ['error', 'failedAt', 'delaySeconds'] })
}

/** Without its delay, which the framework would start again. @param text a JSON object */
export function undelayed(text: string): string {
  return changeFields(text, { drop: ['delaySeconds'] })
}
