/**
 * What goes wrong while a source is made. It is told by its name and code, like every error that is thrown into an app at
 * its start; the class is not that of the recorder, which sources know nothing of.
 */
class SourceError extends Error {
  override readonly name = 'QuasarError'
  readonly code: 'invalid_option' | 'missing_package'

  constructor(code: SourceError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/**
 * @param source the function that the option is given to, `redisListQueues`
 * @param takes what the option takes, in words. The value is not shown: it may hold a secret.
 */
export function invalidOption(source: string, option: string, takes: string): Error {
  return new SourceError('invalid_option', `${source}: option "${option}" takes ${takes}.`)
}

/** @param install the package's name */
export function missingPackage(source: string, install: string, cause: unknown): Error {
  return new SourceError('missing_package', `${source} needs the package ${install}: npm install ${install}`, cause)
}

/** Names of queues, each once, in their order. @throws when they are none */
export function queueNames(source: string, value: unknown): readonly string[] {
  const takes = 'a list of names, at least one'
  if (!Array.isArray(value) || value.length === 0) throw invalidOption(source, 'queues', takes)
  if (!value.every((name) => typeof name === 'string' && name !== '')) throw invalidOption(source, 'queues', takes)
  return Object.freeze([...new Set<string>(value)])
}

/** A text that may be empty. @throws when it is no text */
export function textOption(source: string, option: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidOption(source, option, 'a text')
  return value
}

/** How often something is done, ms. @throws when it is no number of at least `min` */
export function intervalOption(source: string, option: string, value: unknown, min: number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= min) return value
  throw invalidOption(source, option, `a number of milliseconds, at least ${min}`)
}
