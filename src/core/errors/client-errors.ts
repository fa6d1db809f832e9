/** Codes of GraphQL errors that are the client's fault. */
const CLIENT_CODES = new Set([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'CONFLICT',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'NOT_FOUND',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'UNAUTHENTICATED',
])

interface Shape {
  getStatus?(): unknown
  getError?(): unknown
  extensions?: { code?: unknown; http?: { status?: unknown } }
  status?: unknown
  statusCode?: unknown
}

/**
 * Whether an error answers an invalid request, where no HTTP status shows it: an error with a status below 500, a GraphQL error with one of
 * these codes, or Nest's `RpcException` and `WsException`, which an app throws for nothing else. Compared by shape, as several copies of
 * their classes may be loaded.
 */
export function isClientError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  try {
    const { getStatus, getError, extensions, status, statusCode } = error as Shape
    if (typeof getError === 'function' || CLIENT_CODES.has(extensions?.code as string)) return true
    const told =
      typeof getStatus === 'function' ? getStatus.call(error) : (extensions?.http?.status ?? statusCode ?? status)
    return typeof told === 'number' && told >= 400 && told < 500
  } catch {
    return false
  }
}
