import { createHash } from 'node:crypto'
import { templateOf } from '../../../lib/message-template.js'

/**
 * Equal for errors of one cause: a hash of the message without its varying parts. Lists of jobs have an error's text, but neither class nor
 * stack, so this is coarser than the fingerprint of an exception, and never equal to one.
 *
 * @param error as in a list of jobs; null: the system stores none
 */
export function failureFingerprint(error: string | null): string {
  return createHash('sha256')
    .update(`job\n${templateOf(error ?? '')}`)
    .digest('hex')
    .slice(0, 16)
}
