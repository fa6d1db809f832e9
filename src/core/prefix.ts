import { QuasarError } from '../lib/errors.js'
import { COMMON_CHECKS } from '../lib/options.js'
import { DEFAULT_PREFIX } from '../protocol/index.js'

/**
 * What all keys begin with: those who report and Zenith must look in the same place.
 *
 * @param option what the option `prefix` holds; checked
 * @throws QuasarError `invalid_option` for a QUASAR_PREFIX that is none
 */
export function resolvePrefix(option: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const prefix = option ?? (env.QUASAR_PREFIX || DEFAULT_PREFIX)
  const { accepts, takes } = COMMON_CHECKS.prefix
  if (accepts(prefix)) return prefix
  throw new QuasarError('invalid_option', `Quasar: QUASAR_PREFIX takes ${takes}.`)
}
