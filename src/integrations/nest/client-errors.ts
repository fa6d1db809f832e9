/** Codes of GraphQL's errors that answer the client. */
const CLIENT_CODES = new Set(['BAD_USER_INPUT', 'BAD_REQUEST', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'])

interface Shape {
  getStatus?(): unknown
  getError?(): unknown
  extensions?: { code?: unknown }
}

/**
 * Whether an error is the answer to a client that asked for something wrong: an `HttpException` below 500, an `RpcException` or a
 * `WsException`, which an app throws for nothing else, or a GraphQL error with such a code. By shape, as there may be copies.
 */
export function isClientError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { getStatus, getError, extensions } = error as Shape
  if (typeof getStatus === 'function') return Number(getStatus.call(error)) < 500
  return typeof getError === 'function' || CLIENT_CODES.has(extensions?.code as string)
}
