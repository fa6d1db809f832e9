import type { JobOutcome } from '../../protocol/index.js'
import { RedisError } from '../../redis/errors.js'
import { notDone } from './outcomes.js'

/** A connection that breaks, or is slow, says nothing of what was sent by it. */
const UNANSWERED = /^(ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|CLOSED)$/
/** Redis 7.0 says of a script that may not do something that it is an error like any other. */
const SCRIPT_RIGHTS = /user executing the script/i

/** Whether Redis itself refused a command, which then was surely not done. */
export function isRefused({ code }: RedisError): boolean {
  return !UNANSWERED.test(code)
}

/** Whether it is a right that is missing. */
export function isDenied({ code, message }: RedisError): boolean {
  return code === 'NOPERM' || SCRIPT_RIGHTS.test(message)
}

/** Why Redis did not do something that was asked for in a queue, in words. */
export function refusalInWords(error: RedisError): string {
  if (!isDenied(error)) return error.message
  const detail = /\((NOPERM [^)]*)\)?$/.exec(error.message)?.[1] ?? error.message
  return `The Redis user of this source lacks a right that docs/queues.md lists: ${detail}`
}

/** What was done for other jobs is told, also when Redis does not let this be done. */
export async function unlessRefused(ids: readonly string[], work: () => Promise<JobOutcome[]>): Promise<JobOutcome[]> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RedisError)) throw error
    return ids.map((id) => notDone(id, refusalInWords(error)))
  }
}
