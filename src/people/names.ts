import { PeopleError } from './errors.js'

const MAX_NAME_CHARS = 100

/** Names that look alike to a database or to a person are one: case, width and composition do not tell them apart. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}

/**
 * Control characters could forge lines of the log.
 *
 * @param what the thing that is named: `user`
 */
export function checkName(what: string, name: string): void {
  const isRight =
    name.trim() === name &&
    name.length >= 1 &&
    name.length <= MAX_NAME_CHARS &&
    !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)
  if (!isRight)
    throw new PeopleError(
      'invalid',
      `The name of a ${what} takes 1 to ${MAX_NAME_CHARS} characters, none of them invisible, without spaces at its ends.`,
    )
}
