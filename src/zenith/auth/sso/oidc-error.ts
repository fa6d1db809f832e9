import { awayError, invalidError, refusedError, type SsoError } from './provider.js'

const AWAY: readonly unknown[] = [
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]
const ANSWERED: readonly unknown[] = ['OAUTH_RESPONSE_BODY_ERROR', 'OAUTH_AUTHORIZATION_RESPONSE_ERROR']

/** What an error of openid-client means. Its causes have tokens and claims: only their messages are used, which have none. */
export function oidcErrorOf(name: string, error: unknown): SsoError {
  const { code, message, cause, error: answered, error_description: description } = fieldsOf(error)
  if (ANSWERED.includes(code)) return refusedError(name, String(answered), description as string | undefined)
  const detail = [message, statusOf(cause) ?? messageOf(cause)].filter(Boolean).join(': ')
  const isUnreached = error instanceof TypeError && message === 'fetch failed'
  return isUnreached || AWAY.includes(code) ? awayError(name, detail) : invalidError(name, detail)
}

function fieldsOf(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: String(error) }
  return { ...error, message: error.message, cause: error.cause }
}

function messageOf(cause: unknown): string | null {
  return cause instanceof Error ? cause.message : null
}

function statusOf(cause: unknown): string | null {
  return cause instanceof Response ? `status ${cause.status}` : null
}
