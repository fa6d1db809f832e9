import { inTimeHeld, TOO_LATE } from '../../../lib/async.js'
import { awayError, isSsoError, type SsoError, WITHIN_MS } from './provider.js'

/** Rejects with an {@link SsoError}, also if the work takes too long. @param name of the provider */
export async function within<T>(
  name: string,
  work: () => Promise<T>,
  errorOf: (error: unknown) => SsoError,
): Promise<T> {
  try {
    const result = await inTimeHeld(work(), WITHIN_MS)
    if (result !== TOO_LATE) return result
  } catch (error) {
    throw isSsoError(error) ? error : errorOf(error)
  }
  throw awayError(name, `it did not answer within ${WITHIN_MS / 1_000} s`)
}
