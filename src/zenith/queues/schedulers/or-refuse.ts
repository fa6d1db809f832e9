import { Refusal } from '../../http/refusal.js'
import { refusalKindOf, sourceErrorInWords } from '../monitor/source-error.js'

const UNAVAILABLE = /ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|timed? ?out|did not answer|Connection is closed/i

/**
 * What a system that answers has against a change is for who asked for it to know.
 *
 * @param what did not happen, for the refusal
 */
export async function orSayWhatIsWrong<T>(what: string, done: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await done
  } catch (error) {
    const kind = refusalKindOf(error)
    if (kind !== null && kind !== 'condition') throw error
    if (!(error instanceof Error) || error.name === 'RedisError' || UNAVAILABLE.test(error.message)) throw error
    throw new Refusal('not_possible', `${what}: ${sourceErrorInWords(error)}`)
  }
}
