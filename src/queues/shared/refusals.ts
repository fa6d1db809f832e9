import type { QueueSource, RefusalKind } from '../../ports/index.js'
import type { JobOutcome } from '../../protocol/index.js'
import { RedisError } from '../../redis/errors.js'
import { notDone, notKnown } from './outcomes.js'

/** A connection that breaks, or is slow, says nothing of what was sent by it. */
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

/** What Redis refused, in the words of queues. */
class RefusedError extends RedisError {
  readonly refusal: RefusalKind

  constructor(error: RedisError) {
    super(error.code, refusalInWords(error))
    this.refusal = KINDS[error.code] ?? 'unavailable'
  }
}

/** Whether Redis itself refused a command, which then was surely not done. */
export function isRefused({ code }: RedisError): boolean {
  return !UNANSWERED.test(code)
}

/** Whether it is a right that is missing. */
export function isDenied({ code }: RedisError): boolean {
  return code === 'NOPERM'
}

/** Why Redis did not do something that was asked for in a queue, in words. */
export function refusalInWords(error: RedisError): string {
  if (!isDenied(error) || error instanceof RefusedError) return error.message
  const detail = /\((?:ERR )?((?:NOPERM |ERR |The user)[^)]*)\)?$/i.exec(error.message)?.[1] ?? error.message
  const code = detail.includes('NOPERM') ? '' : ' (NOPERM)'
  return `The Redis user of this source lacks a right that docs/queues.md lists: ${detail}${code}`
}

/** The same of what was to be changed: where no answer came, nobody knows whether it was. */
export function changeInWords(error: RedisError): string {
  return isRefused(error) ? refusalInWords(error) : `${error.message}: whether it was done is not known`
}

/** Outcomes of what Redis refused, which a sum of them would not tell from those that had another reason. */
const refused = new WeakMap<JobOutcome, RedisError>()

/** What became of a job that Redis did not let be changed. */
export function refusedOutcome(id: string, error: RedisError): JobOutcome {
  const outcome = (isRefused(error) ? notDone : notKnown)(id, changeInWords(error))
  refused.set(outcome, error)
  return outcome
}

/** Why one of them was refused by Redis; null when none was. */
export function refusalAmong(outcomes: readonly JobOutcome[]): RedisError | null {
  return outcomes.map((outcome) => refused.get(outcome)).find((error) => error !== undefined) ?? null
}

/** What was done for other jobs is told, also when Redis does not let this be done. */
export async function unlessRefused(ids: readonly string[], work: () => Promise<JobOutcome[]>): Promise<JobOutcome[]> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RedisError)) throw error
    return ids.map((id) => refusedOutcome(id, error))
  }
}

/** The same source, whose methods reject with the words of queues and with the kind of refusal. */
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
