/** What kind of mistake a {@link QuasarError} tells of. Compare these, not classes: two copies of the package may be loaded. */
export type QuasarErrorCode = 'invalid_option' | 'missing_package'

/** The only error that Quasar throws into an app, and only while it starts. The message says what to do. */
export class QuasarError extends Error {
  override readonly name = 'QuasarError'
  readonly code: QuasarErrorCode

  constructor(code: QuasarErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** Whether an error is Quasar's own, also when another copy of the package made it. */
export function isQuasarError(error: unknown): error is QuasarError {
  return error instanceof Error && error.name === 'QuasarError' && 'code' in error
}

/**
 * @param part what the option is given to: `Quasar`, `redisStore`
 * @param takes what the option takes, in words
 * @param value describes it without showing it: it may hold a secret. Left out: it is not described.
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
