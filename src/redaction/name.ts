import { MAX_NAME_CHARS } from '../protocol/index.js'
import { cut } from '../protocol/read.js'
import { maskSecrets } from './secrets.js'

/** What a route, a job or a queue is called: the same wherever it is kept, so that records and figures of one name belong together. */
export function redactName(name: string): string {
  return cut(maskSecrets(name.slice(0, 1_000)), MAX_NAME_CHARS)
}
