import { QuasarError } from '../lib/errors.js'
import { checkOptions } from '../lib/options.js'
import { authProblem } from '../zenith/index.js'
import { ZENITH_CHECKS, type ZenithOptions } from './zenith-options.js'

/** @returns a copy of the options of Zenith. @throws QuasarError `invalid_option` */
export function checkedOptions(given: ZenithOptions): ZenithOptions {
  const options = checkOptions('Zenith', given, ZENITH_CHECKS)
  const problem = options.auth === undefined ? null : authProblem(options.auth)
  if (problem) throw new QuasarError('invalid_option', `Quasar: option "auth" ${problem}`)
  return options
}
