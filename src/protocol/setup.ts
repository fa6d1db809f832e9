import { MAX_SETUP_NOTES } from './limits.js'
import { cut, type Fields, own } from './read.js'

/** What a reporter may notice about the way in which it is built into the app. */
export const SETUP_NOTES = [
  'registered-twice',
  'registered-late',
  'registered-in-scope',
  'trust-proxy-unset',
  'no-shutdown',
  'no-payload-token',
] as const
export type SetupNote = (typeof SETUP_NOTES)[number]

const MAX_CHARS = 40

/** Null if it was not checked. Unknown notes are returned, too: a newer reporter may have more. */
export function readSetup(fields: Fields): readonly string[] | null {
  const notes = own(fields, 'setup')
  if (!Array.isArray(notes)) return null
  const texts = notes.slice(0, MAX_SETUP_NOTES).filter((note) => typeof note === 'string' && note !== '')
  return texts.map((note: string) => cut(note, MAX_CHARS))
}
