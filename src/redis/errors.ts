/** Redis refused a command or could not be reached. `code` is the first word of Redis' answer, or the system's code. */
export class RedisError extends Error {
  override readonly name = 'RedisError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  NOAUTH: 'Redis wants a password and got none: put it into the URL or the options',
  WRONGPASS: 'Redis refuses this user name or password',
  NOPERM: 'The Redis user lacks a permission that docs/operations.md lists',
  NOCMD: 'Redis does not know a command that is needed: it was renamed or disabled, or this Redis is too old',
  OOM: 'Redis is out of memory and takes no more data',
  READONLY: 'This Redis is a read-only replica: connect to its primary',
  WRONGTYPE: 'A key of the namespace holds another type of data: does something else write under this prefix?',
  MOVED: 'This Redis is part of a Cluster: pass an ioredis Cluster as `redis`',
  CLUSTERDOWN: 'The Redis Cluster is down',
  SLOTDOWN: 'A part of the Redis Cluster does not serve its keys',
  LOADING: 'Redis is still loading its data',
  MISCONF: 'Redis cannot save its data, and changes nothing until it can',
  NOREPLICAS: 'Redis has too few replicas to change anything',
  BUSY: 'A script keeps Redis from everything else',
  TRYAGAIN: 'The Redis Cluster is moving these keys',
  MASTERDOWN: 'The Redis replica has lost its primary',
  ECONNREFUSED: 'Nothing listens where Redis should be',
  ECONNRESET: 'Redis closed the connection',
  EPIPE: 'Redis closed the connection',
  ENOTFOUND: "The name of Redis' host is not known",
  EAI_AGAIN: "The name of Redis' host could not be looked up",
  ETIMEDOUT: 'Redis does not answer',
  EHOSTUNREACH: 'Redis cannot be reached',
  ENOENT: "Redis' socket does not exist",
}

/**
 * Describes an error with a remedy and without secrets: an error of ioredis has the arguments of the command that failed, which for AUTH
 * and HELLO include the password.
 *
 * @param where `host:port`
 */
export function describeError(error: unknown, where: string): RedisError {
  if (error instanceof RedisError) return error
  const cause = transactionCause(error)
  const message = cause instanceof Error ? cause.message : String(cause)
  const code = codeOf(cause, message)
  const advice = ADVICE[code]
  const detail = code === 'NOPERM' || code === 'NOCMD' ? ` (${withoutSecrets(message)})` : ''
  if (advice) return new RedisError(code, `${advice} (${where}, ${code})${detail}`)
  return new RedisError(code, `Redis at ${where}: ${withoutSecrets(message)}`)
}

/**
 * Why a database could not be selected. Errors that do not concern the database, such as a lost connection or a wrong password, are
 * described as on any connection.
 */
export function databaseError(error: unknown, db: number, where: string): RedisError {
  const described = describeError(error, where)
  if (described.code === 'NOPERM')
    return new RedisError('NODB', `The Redis user may not use database ${db}: it lacks +select (${where}, NOPERM)`)
  if (described.code !== 'ERR') return described
  const message = error instanceof Error ? withoutSecrets(error.message) : ''
  return new RedisError('NODB', `Redis has no database ${db} to use (${where}): ${message}`)
}

export function timeoutError(where: string, ms: number): RedisError {
  return new RedisError('ETIMEDOUT', `Redis does not answer within ${ms} ms (${where}, ETIMEDOUT)`)
}

/** Redis reports that the transaction was discarded, and ioredis which of its commands was refused. */
function transactionCause(error: unknown): unknown {
  const causes = typeof error === 'object' && error !== null && 'previousErrors' in error ? error.previousErrors : null
  return Array.isArray(causes) && causes.length > 0 ? causes[0] : error
}

/** Redis 7.0 and older report a script's missing permission as a general error. */
const SCRIPT_RIGHTS = /^-?ERR .*the user executing the script/is
/** Redis 6 reports an error within a script at the end of a sentence about the script. */
const WITHIN_SCRIPT = /^-?ERR Error (?:running|compiling) script.*?: -([A-Z]{3,})\b/s

function codeOf(error: unknown, message: string): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code
  if (/Hash slot not served/i.test(message)) return 'SLOTDOWN'
  // ioredis gives up after some attempts.
  if (/^Too many Cluster redirections/i.test(message))
    return /cluster is down/i.test(message) ? 'CLUSTERDOWN' : 'SLOTDOWN'
  if (/^ERR unknown (redis )?command/i.test(message)) return 'NOCMD'
  // Before Redis 6, a wrong password is a plain ERR.
  if (/invalid password/i.test(message)) return 'WRONGPASS'
  if (/^Connection is closed|aborted due to connection close|isn't writeable|max retries/i.test(message))
    return 'ECONNRESET'
  if (SCRIPT_RIGHTS.test(message)) return 'NOPERM'
  return WITHIN_SCRIPT.exec(message)?.[1] ?? /^-?([A-Z]{3,})\b/.exec(message)?.[1] ?? 'ERR'
}

/** Redis repeats the arguments of an unknown command; a URL may have a password. */
function withoutSecrets(message: string): string {
  return (
    message
      .replace(/with args beginning with:.*$/s, '')
      // The line and the hash of the script help no user.
      .replace(/,? script: [\da-f]{40}, on .*$/s, '')
      .replace(/\/\/[^\s@/]*@/g, '//***@')
      .slice(0, 200)
      .trim()
  )
}
