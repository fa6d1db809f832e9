import { fold } from '../lib/fold.js'
import { beginningOf } from './words.js'

/** Longest name of a field, UTF-16 units: of a longer one the beginning counts. */
const MAX_NAME_CHARS = 64
/** Signs that queries use otherwise, and that few keys have. */
const OTHER_SIGNS = /[^\p{L}\p{M}\p{N}._$@-]+/gu

/** `Order.Customer.E mail` → `customer.e_mail`: the last two names of a path. '' for a path without names. The caller bounds the path. */
export function fieldOf(path: string): string {
  const names = fold(path).replace(OTHER_SIGNS, '_').split('.')
  const last = names.filter((name) => name !== '').slice(-2)
  return last.map((name) => beginningOf(name, MAX_NAME_CHARS)).join('.')
}
