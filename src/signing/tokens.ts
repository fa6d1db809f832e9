import type { OptionCheck } from '../lib/options.js'

/** Shorter ones could be guessed from a signature, which everybody who may read Redis sees. */
const MIN_CHARS = 16
const MAX_CHARS = 256
/** Old and new, during a rotation. */
const MAX_TOKENS = 2

/** What a token may be, in words that repeat none. */
export const TAKES_TOKENS =
  `a token of ${MIN_CHARS} to ${MAX_CHARS} characters (ASCII, without spaces and commas), ` +
  'or two different ones during a rotation, as an array or with a comma between'

/** Tokens, the one to sign with first; null for what is none. Each stays as it was given: nothing is trimmed. */
export function parseTokens(value: unknown): readonly string[] | null {
  const tokens = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(tokens) || tokens.length === 0 || tokens.length > MAX_TOKENS) return null
  return tokens.every(isToken) && new Set(tokens).size === tokens.length ? tokens : null
}

/** Printable ASCII alone, so that every language makes the same bytes of it, and a URL and an ACL rule may hold it. */
function isToken(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length >= MIN_CHARS && value.length <= MAX_CHARS && /^[!-+\--~]+$/.test(value)
  )
}

export const TOKEN_CHECK: OptionCheck = { takes: TAKES_TOKENS, accepts: (value) => parseTokens(value) !== null }
