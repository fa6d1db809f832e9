import type { JobPlace, JobSummary } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import { jobField } from '../shared/redis.js'
import { summaryText } from '../shared/texts.js'
import { timeOf } from '../shared/times.js'
import type { LayoutPlace } from './acting.js'
import type { ListedId, ReadJobs } from './lists.js'
import { addressOf, parentKeyOf } from './options.js'
import { type Script, type ScriptRunner, scriptOf } from './script.js'
import { holdsJob } from './state.js'

/** Bytes of an error to read for a list: the part that is masked before it is cut, and more than a list shows in any script. */
export const ERROR_BYTES = 2_400

/** Small fields of a job's hash, without payload, error and result, which may have any size. Bull lacks `atm` and the last three. */
export const SUMMARY_FIELDS = [
  'name',
  'timestamp',
  'priority',
  'processedOn',
  'finishedOn',
  'atm',
  'attemptsMade',
  'parent',
  'parentKey',
  'rjk',
] as const

export interface RawSummary {
  readonly id: string
  /** Its score in a sorted set. */
  readonly score: number | null
  /** Of SUMMARY_FIELDS. */
  readonly values: readonly unknown[]
  readonly maxAttempts: unknown
  /** Its start; null also if it is too long to be read for a list. */
  readonly error: unknown
  readonly errorBytes: unknown
  readonly progress: unknown
  readonly dataBytes: unknown
}

/** Null if the job is gone, or if its id names no job: the id is in a list, but there is no hash of a job. */
export function summaryOf<Place extends JobPlace>(
  raw: RawSummary,
  state: Place,
  prefix: string,
): JobSummary<Place> | null {
  const [name, timestamp, priority, processedOn, finishedOn, atm, made, parent, parentKey, scheduler] = raw.values
  const parentKeys = parentKeyOf(asText(parent), asText(parentKey), prefix)
  if (!holdsJob([timestamp, processedOn, finishedOn, atm, made])) return null
  return {
    id: raw.id,
    name: asText(name) ?? '',
    state,
    addedAt: timeOf(asText(timestamp)),
    runAt: state === 'delayed' ? dueAt(raw.score) : null,
    startedAt: timeOf(asText(processedOn)),
    finishedAt: timeOf(asText(finishedOn)),
    attempts: asNumber(made ?? atm) ?? 0,
    maxAttempts: asNumber(raw.maxAttempts),
    priority: asNumber(priority),
    error: errorOf(asText(raw.error), asNumber(raw.errorBytes) ?? 0),
    progress: progressOf(asText(raw.progress)),
    parent: parentKeys && addressOf(prefix, parentKeys),
    scheduler: asText(scheduler),
    dataBytes: asNumber(raw.dataBytes),
  }
}

function errorOf(text: string | null, bytes: number): string | null {
  if (text === null && bytes > 0) return `(an error of ${Math.round(bytes / 1024)} KB: see the job)`
  // The cut must be visible; a byte is removed because the last one may be half a letter.
  return summaryText(text !== null && bytes > ERROR_BYTES ? `${text.slice(0, -1)}…` : text)
}

/** Delayed jobs are sorted by it. Their hashes have the length of the delay, but not its start. */
export function dueAt(score: number | null): number | null {
  return score === null ? null : timeOf(Math.floor(score / 4096))
}

export function progressOf(text: string | null): number | null {
  const number = text === null || text.trim() === '' ? Number.NaN : Number(text)
  return number >= 0 && number <= 100 ? number : null
}

/** Number of attempts that a job's options allow; found without parsing them. */
export function attemptsIn(options: string | null): number | null {
  return asNumber(/"attempts":(\d+)/.exec(options ?? '')?.[1] ?? null)
}

/** A hundred jobs block a server for less than a millisecond. */
const JOBS_A_CALL = 100
/**
 * Redis copies a value whole to cut or search it, also in a script, so longer ones are skipped. A hundred of this size take a script about
 * 2 ms.
 */
const MAX_VALUE_BYTES = 8_192
/** If scripts are denied, an error cannot be cut before it is sent. */
const MAX_WHOLE_ERROR_BYTES = 2_048

/**
 * A page of jobs without their payloads. KEYS: their hashes, or any other key that an id in a list leads to. Measures values of any size
 * before reading them.
 */
const SUMMARIES_SCRIPT: Script = scriptOf(`
local call = redis.call
local function short(key, field, bytes)
  return call('HSTRLEN', key, field) <= bytes and call('HGET', key, field)
end
local answer = {}
for index, key in ipairs(KEYS) do
  local fields = redis.pcall('HMGET', key, ${SUMMARY_FIELDS.map((field) => `'${field}'`).join(', ')})
  if fields.err then answer[index] = {} else
  local opts = short(key, 'opts', ${MAX_VALUE_BYTES})
  local reason = short(key, 'failedReason', ${MAX_VALUE_BYTES})
  answer[index] = { fields, opts and string.match(opts, '"attempts":(%d+)') or false,
    reason and string.sub(reason, 1, ${ERROR_BYTES}), short(key, 'progress', 32), call('HSTRLEN', key, 'data'),
    call('HSTRLEN', key, 'failedReason') }
  end
end
return answer
`)

/** Reads jobs by id, without their payloads. */
export function jobsReader({ connection, scripts, prefix }: LayoutPlace): ReadJobs {
  return async (base, ids, state) => {
    const jobs: (JobSummary | null)[] = []
    for (let index = 0; index < ids.length; index += JOBS_A_CALL) {
      const some = ids.slice(index, index + JOBS_A_CALL)
      const raw = (await readByScript(scripts, base, some)) ?? (await readByPipeline(connection, base, some))
      jobs.push(...raw.map((one) => summaryOf(one, state, prefix)))
    }
    return jobs
  }
}

async function readByScript(
  scripts: ScriptRunner,
  base: string,
  ids: readonly ListedId[],
): Promise<RawSummary[] | null> {
  const keys = ids.map(({ id }) => base + id)
  const reply = await scripts.run(SUMMARIES_SCRIPT, keys, [])
  if (reply?.error) throw reply.error
  if (!reply) return null
  const found = asList(reply.value)
  return ids.map((listed, index) => {
    const [values, maxAttempts, error, progress, dataBytes, errorBytes] = asList(found[index])
    return { ...listed, values: asList(values), maxAttempts, error, errorBytes, progress, dataBytes }
  })
}

async function readByPipeline(connection: Connection, base: string, ids: readonly ListedId[]): Promise<RawSummary[]> {
  const replies = await send(
    connection,
    ids.flatMap(({ id }) => measures(base + id)),
  )
  const errors = await readErrors(connection, base, ids, replies)
  return ids.map((listed, index) => {
    const [fields, options, progress, dataBytes, errorBytes] = replies.slice(index * 5, index * 5 + 5).map(jobField)
    const maxAttempts = attemptsIn(asText(options))
    const error = errors.get(listed.id)
    return { ...listed, values: asList(fields), maxAttempts, error, errorBytes, progress, dataBytes }
  })
}

function measures(key: string): Command[] {
  return [
    ['hmget', key, ...SUMMARY_FIELDS],
    ['hget', key, 'opts'],
    ['hget', key, 'progress'],
    ['hstrlen', key, 'data'],
    ['hstrlen', key, 'failedReason'],
  ]
}

async function readErrors(
  connection: Connection,
  base: string,
  ids: readonly ListedId[],
  replies: readonly Reply[],
): Promise<Map<string, unknown>> {
  const short = ids.filter((_, index) => {
    const bytes = asNumber(replies[index * 5 + 4]?.value) ?? 0
    return bytes > 0 && bytes <= MAX_WHOLE_ERROR_BYTES
  })
  const errors = await send(
    connection,
    short.map(({ id }) => ['hget', base + id, 'failedReason']),
  )
  return new Map(short.map(({ id }, index) => [id, jobField(errors[index])]))
}
