import { withTimeout } from '../../lib/async.js'
import { isRefusal, Refusal } from '../http/refusal.js'
import { sourceRefusal } from './monitor/source-error.js'

const ANSWER_WITHIN_MS = 8_000

/**
 * What a queue's system says; rejects with a refusal that says why when it does not answer.
 *
 * @param within ms; null where somebody else waits
 */
export async function askSource<T>(
  ask: () => Promise<T> | undefined,
  within: number | null = ANSWER_WITHIN_MS,
): Promise<T> {
  try {
    const asked = ask()
    if (asked === undefined) throw new Refusal('not_supported', 'A queue of this kind can’t do this here.')
    return await (within === null ? asked : withTimeout(asked, within))
  } catch (error) {
    throw isRefusal(error) ? error : sourceRefusal(error)
  }
}
