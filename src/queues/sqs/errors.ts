/** An error of SQS or of the connection to it. Its message contains no text of the SDK except harmless names. */
export class SqsError extends Error {
  override readonly name = 'SqsError'
  readonly code: string
  /** Whether SQS itself answered, rather than the connection failing. */
  readonly isAnswer: boolean

  constructor(code: string, message: string, isAnswer = false) {
    super(message)
    this.code = code
    this.isAnswer = isAnswer
  }

  get isGone(): boolean {
    return this.code === 'QueueDoesNotExist'
  }
}

const CREDENTIALS = 'AWS refuses the credentials: key, secret and session token must belong together'
const EXPIRED = 'The session of the AWS credentials has run out'
const THROTTLED = 'SQS is asked too often: raise pollEvery'
const NOT_FOUND = 'There is no such queue in this region and account'
const UNREACHABLE = 'SQS cannot be reached'
const SILENT = 'SQS does not answer in time'

/** By the name of the SDK's error, or by the system's code. */
const WORDS: Readonly<Record<string, string>> = {
  QueueDoesNotExist: NOT_FOUND,
  InvalidAddress: 'This URL is not that of a queue in this region',
  InvalidClientTokenId: CREDENTIALS,
  UnrecognizedClientException: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  InvalidSignatureException: CREDENTIALS,
  InvalidSecurity: CREDENTIALS,
  MissingAuthenticationToken: CREDENTIALS,
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  RequestExpired: 'AWS finds that the clock of this machine is wrong',
  RequestThrottled: THROTTLED,
  ThrottlingException: THROTTLED,
  CredentialsProviderError: 'No AWS credentials were found: pass `client`, or set what the AWS SDK looks for',
  AbortError: SILENT,
  TimeoutError: SILENT,
  ETIMEDOUT: SILENT,
  ECONNREFUSED: 'Nothing listens where SQS should be',
  ECONNRESET: 'SQS closed the connection',
  ENOTFOUND: "The name of SQS' host is not known: is the region right?",
  EAI_AGAIN: "The name of SQS' host could not be looked up",
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
}

/** The SDK's error names of older protocols and of single operations, mapped to the names above. */
const ALIASES: Readonly<Record<string, string>> = {
  'AWS.SimpleQueueService.NonExistentQueue': 'QueueDoesNotExist',
  NonExistentQueue: 'QueueDoesNotExist',
  AccessDeniedException: 'AccessDenied',
}

/**
 * A readable error. It leaves out the SDK's message, which for a rejected signature contains the session token.
 *
 * @param action the call, such as `GetQueueAttributes`, which is also the permission's name
 */
export function describeError(error: unknown, action: string): SqsError {
  if (error instanceof SqsError) return error
  if (error instanceof Error && error.name === 'QuasarError') return new SqsError('missing_package', error.message)
  const code = codeOf(error)
  return new SqsError(code, wordsFor(code, action, error), statusOf(error) !== null)
}

function wordsFor(code: string, action: string, error: unknown): string {
  if (code === 'AccessDenied') return `The AWS credentials lack the permission sqs:${action} (AccessDenied)`
  if (error instanceof Error && error.message === 'Region is missing')
    return 'No AWS region was found: pass `region`, or a client that has one'
  const words = WORDS[code]
  if (words) return `${words} (${code})`
  const status = statusOf(error)
  return `SQS did not do ${action} (${status === null ? code : `${code}, HTTP ${status}`})`
}

/** The system's code, if there is one: for a host with several addresses the name is AggregateError. */
function codeOf(error: unknown): string {
  const { code, name } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>
  if (typeof code === 'string' && /^E[A-Z_]{1,40}$/.test(code)) return code
  return typeof name === 'string' && /^[\w.]{1,80}$/.test(name) ? (ALIASES[name] ?? name) : 'unknown'
}

function statusOf(error: unknown): number | null {
  const metadata: unknown = typeof error === 'object' && error !== null && '$metadata' in error ? error.$metadata : null
  const status: unknown =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata ? metadata.httpStatusCode : null
  return typeof status === 'number' ? status : null
}
