import type { QueueSource, RefusalKind } from '../../ports/index.js'
import type { JobOutcome } from '../../protocol/index.js'
import { RedisError } from '../../redis/errors.js'
import { notDone, notKnown } from './outcomes.js'

/** After these the result of a command is unknown: the connection broke or was too slow. */
const UNANSWERED = /^(ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|CLOSED)$/

const KINDS: Readonly<Record<string, RefusalKind>> = {
  NOPERM: 'denied',
  NOAUTH: 'denied',
  WRONGPASS: 'denied',
  NODB: 'denied',
  NOCMD: 'denied',
  READONLY: 'replica',
  OOM: 'full',
}

/** An error of Redis with a message for queues. */
class RefusedError extends RedisError {
  readonly refusal: RefusalKind

  constructor(error: RedisError) {
    super(error.code, refusalInWords(error))
    this.refusal = KINDS[error.code] ?? 'unavailable'
  }
}

/** Whether Redis itself rejected the command, so that it certainly did not run. */
export function isRefused({ code }: RedisError): boolean {
  return !UNANSWERED.test(code)
}

/** Whether a permission is missing. */
export function isDenied({ code }: RedisError): boolean {
  return code === 'NOPERM'
}

/** A readable reason why Redis did not run a command on a queue. */
export function refusalInWords(error: RedisError): string {
  if (!isDenied(error) || error instanceof RefusedError) return error.message
  const detail = /\((?:ERR )?((?:NOPERM |ERR |The user)[^)]*)\)?$/i.exec(error.message)?.[1] ?? error.message
  const code = detail.includes('NOPERM') ? '' : ' (NOPERM)'
  return `The Redis user of this source lacks a right that docs/queues.md lists: ${detail}${code}`
}

/** Like {@link refusalInWords}, for a change: without a reply it is unknown whether the change took place. */
export function changeInWords(error: RedisError): string {
  return isRefused(error) ? refusalInWords(error) : `${error.message}: whether it was done is not known`
}

/** Outcomes of jobs that Redis rejected: their text alone does not distinguish them from others. */
const refused = new WeakMap<JobOutcome, RedisError>()

/** The outcome of a job that Redis did not allow to be changed. */
export function refusedOutcome(id: string, error: RedisError): JobOutcome {
  const outcome = (isRefused(error) ? notDone : notKnown)(id, changeInWords(error))
  refused.set(outcome, error)
  return outcome
}

/** The first error of Redis among outcomes; null if there is none. */
export function refusalAmong(outcomes: readonly JobOutcome[]): RedisError | null {
  return outcomes.map((outcome) => refused.get(outcome)).find((error) => error !== undefined) ?? null
}

/** Returns outcomes even if Redis rejects the command, because other jobs may already have been changed. */
export async function unlessRefused(ids: readonly string[], work: () => Promise<JobOutcome[]>): Promise<JobOutcome[]> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RedisError)) throw error
    return ids.map((id) => refusedOutcome(id, error))
  }
}

/** The same source, whose methods reject with readable messages and with the kind of error. */
export function tellingRefusals<S extends QueueSource>(source: S): S {
  const methods = Object.entries(source).map(([name, value]) => [name, isAsking(name, value) ? telling(value) : value])
  return Object.fromEntries(methods) as S
}

type AnyMethod = (...args: unknown[]) => Promise<unknown>

function isAsking(name: string, value: unknown): value is AnyMethod {
  return typeof value === 'function' && name !== 'locate' && name !== 'close'
}

function telling(method: AnyMethod): AnyMethod {
  return async (...args) => {
    try {
      return await method(...args)
    } catch (error) {
      throw error instanceof RedisError ? new RefusedError(error) : error
    }
  }
}
