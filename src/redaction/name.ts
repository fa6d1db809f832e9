import { MAX_NAME_CHARS } from '../protocol/index.js'
import { maskSecrets } from './secrets.js'
import { maskedWithin } from './within.js'

/** The masked name of a route, a job or a queue: equal wherever it is stored, so that records and figures with one name belong together. */
export function redactName(name: string): string {
  return maskedWithin(name, MAX_NAME_CHARS, maskSecrets)
}
