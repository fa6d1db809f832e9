import { withTimeout } from '../../lib/async.js'
import { ApiError, isRefusal } from '../http/api-error.js'
import { sourceRefusal } from './monitor/source-error.js'

const ANSWER_WITHIN_MS = 8_000

/**
 * Awaits a queue's system. Rejects with an API error that has the reason if it does not answer.
 *
 * @param within time-out, ms; null if the caller has one
 */
export async function askSource<T>(
  ask: () => Promise<T> | undefined,
  within: number | null = ANSWER_WITHIN_MS,
): Promise<T> {
  try {
    const asked = ask()
    if (asked === undefined) throw new ApiError('not_supported', 'A queue of this kind can’t do this here.')
    return await (within === null ? asked : withTimeout(asked, within))
  } catch (error) {
    throw isRefusal(error) ? error : sourceRefusal(error)
  }
}
