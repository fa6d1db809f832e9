/** The kind of a {@link QuasarError}. Compare codes, not classes: two copies of the package may be loaded. */
export type QuasarErrorCode = 'invalid_option' | 'missing_package'

/** The only error that Quasar throws into an app, and only at the start. The message explains the fix. */
export class QuasarError extends Error {
  override readonly name = 'QuasarError'
  readonly code: QuasarErrorCode

  constructor(code: QuasarErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** Also true for an error that another copy of the package made. */
export function isQuasarError(error: unknown): error is QuasarError {
  return error instanceof Error && error.name === 'QuasarError' && 'code' in error
}

/**
 * @param part what the option is passed to: `Quasar`, `redisStore`
 * @param takes the values that the option accepts, as a phrase
 * @param value described by its type, never shown: it may hold a secret. If omitted, it is not described.
 */
export function invalidOption(part: string, option: string, takes: string, ...value: readonly unknown[]): QuasarError {
  const got = value.length === 0 ? '' : `; got ${describe(value[0])}`
  return new QuasarError('invalid_option', `${part}: option "${option}" takes ${takes}${got}.`)
}

/** @param install the package's name */
export function missingPackage(part: string, install: string, cause: unknown): QuasarError {
  return new QuasarError('missing_package', `${part} needs the package ${install}: npm install ${install}`, cause)
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'a text that is not'
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
}
