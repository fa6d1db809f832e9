import { ownText } from '../lib/own-text.js'
import { namesSecret } from './secret-names.js'

/** Names whose value is the name of another value: `{name: 'password', value: 'x'}`. */
const NAMING = new Set(
  'name key k header headername field fieldname param parameter property attribute variable env label option setting id'.split(
    ' ',
  ),
)
const VALUES = new Set(
  'args arguments value val content data text contents newvalue oldvalue defaultvalue stringvalue'.split(' '),
)
/** After a quoted name and a comma, these are names of other fields. */
const FIELDS = new Set(
  'email mail username user login name id firstname lastname phone address confirm role'.split(' '),
)

/** The last words of names whose value is a name, and of those whose value has its name in another pair. */
export const ENTRY_WORDS = {
  naming:
    'name key header field param parameter property attribute variable env label option setting id headername fieldname'.split(
      ' ',
    ),
  value:
    'args arguments value val content contents data text newvalue oldvalue defaultvalue stringvalue grant code parameters params bindings'.split(
      ' ',
    ),
}

/** Names of the values for a statement's placeholders. */
const BOUND = new Set(['parameters', 'params', 'bindings'])

/**
 * The role of a value by its name: it is the name of another value, or another value has its name; it is a grant of OAuth, or may be its
 * code; or it belongs to a statement.
 */
export type EntryRole = 'naming' | 'value' | 'grant' | 'code' | 'bound' | null
/** The grant whose code is a secret. */
export const CODE_GRANT = 'authorization_code'

const MAX_KNOWN = 500
const MAX_CHARS = 30
const known = new Map<string, EntryRole>()

export function entryRoleOf(name: string): EntryRole {
  if (name.length > MAX_CHARS) return null
  const found = known.get(name)
  if (found !== undefined) return found
  if (known.size >= MAX_KNOWN) known.clear()
  const role = decide(name)
  known.set(ownText(name), role)
  return role
}

function decide(name: string): EntryRole {
  const short = plain(name)
  if (NAMING.has(name) || NAMING.has(short)) return 'naming'
  if (VALUES.has(name) || VALUES.has(short)) return 'value'
  if (short === 'granttype') return 'grant'
  return BOUND.has(short) ? 'bound' : short === 'code' ? 'code' : null
}

/** Whether a text in a list, after the name of a secret, is one more name. */
export function isField(text: string): boolean {
  return text.length <= 100 && /^[A-Za-z_.-]+$/.test(text) && (namesSecret(text) || FIELDS.has(plain(text)))
}

function plain(name: string): string {
  return name
    .slice(name.lastIndexOf('.') + 1)
    .replaceAll(/[_-]/g, '')
    .toLowerCase()
}
