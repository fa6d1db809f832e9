import { MAX_NAME_CHARS } from '../protocol/index.js'
import { maskSecrets } from './secrets.js'
import { maskedWithin } from './within.js'

/** What a route, a job or a queue is called: the same wherever it is kept, so that records and figures of one name belong together. */
export function redactName(name: string): string {
  return maskedWithin(name, MAX_NAME_CHARS, maskSecrets)
}
