import type { Directory } from '../directory.js'
import { put } from '../records.js'
import { newSecret } from '../secrets.js'
import type { Change } from './users.js'

const ID = 'signing'

/** The secret that all Zeniths of the database sign with; the first one to need it makes it. */
export function signingSecret(directory: Directory): Change<string> {
  const found = directory.get('secret', ID)
  if (found) return { records: [], result: found.value }
  const value = newSecret()
  return { records: [put('secret', ID, { value })], result: value }
}
