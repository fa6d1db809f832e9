import { QuasarError } from '../lib/errors.js'
import { parseTokens, TAKES_TOKENS } from '../signing/tokens.js'

/**
 * The tokens to sign and verify with, the first one to sign; none when there is none.
 *
 * @param option what the option `token` holds; checked
 * @throws QuasarError `invalid_option` for a QUASAR_TOKEN that is none
 */
export function resolveTokens(
  option: string | readonly string[] | undefined,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  if (option !== undefined) return parseTokens(option) ?? []
  if (!env.QUASAR_TOKEN) return []
  const tokens = parseTokens(env.QUASAR_TOKEN)
  if (!tokens) throw new QuasarError('invalid_option', `Quasar: QUASAR_TOKEN takes ${TAKES_TOKENS}.`)
  return tokens
}
