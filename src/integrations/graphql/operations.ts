import { isClientError } from '../../core/errors/client-errors.js'
import { findInFlight } from '../../core/find-trace.js'
import type { Operation } from '../../core/http/operation-names.js'
import type { RequestTrace } from '../../core/http/request-trace.js'
import { captureException } from '../../runtime/start-quasar.js'

/** As much of graphql-js' nodes as is read. */
export interface OperationNode {
  readonly operation: Operation['kind']
  readonly name?: { readonly value: string }
}

export interface DocumentNode {
  readonly definitions: readonly { readonly kind: string }[]
}

interface ExecutionError {
  readonly originalError?: unknown
  readonly path?: readonly (string | number)[]
}

export function operationOf({ operation, name }: OperationNode): Operation {
  return { kind: operation, name: name?.value ?? null }
}

/** The operation of a document that runs; null when it has none of this name. Never throws. */
export function findOperation(document: DocumentNode, name: string | null | undefined): Operation | null {
  try {
    const all = document.definitions.filter(isOperation)
    const found = name ? all.find((one) => one.name?.value === name) : all[0]
    return found ? operationOf(found) : null
  } catch {
    return null
  }
}

function isOperation(node: { readonly kind: string }): node is OperationNode & { readonly kind: string } {
  return node.kind === 'OperationDefinition'
}

/** Names the request by its operation. Only of what was validated: anything else is as a client likes it. */
export function beginOperation(trace: RequestTrace | null, operation: Operation | null): void {
  if (operation) trace?.operate(operation)
}

/**
 * Notes the errors of an answer that are no answer to a client. Those without a path were found before the first resolver ran: in the
 * syntax, by the schema, in the variables. Never throws.
 */
export function noteErrors(trace: RequestTrace | null, operation: Operation | null, errors: unknown): void {
  if (!Array.isArray(errors)) return
  try {
    for (const error of errors as (ExecutionError | null)[]) {
      if (error?.path) noteError(trace, operation, error, error.path.join('.'))
    }
  } catch {
    // An error whose getters throw is left out.
  }
}

/** A resolver that failed, or refused: whatever the library makes of it is the same. */
export function noteError(
  trace: RequestTrace | null,
  operation: Operation | null,
  error: ExecutionError,
  path: string,
): void {
  const thrown = error.originalError ?? error
  if (isClientError(error) || isClientError(thrown)) trace?.passPart(path)
  else if (trace?.isLive) trace.failPart(thrown, path)
  // A subscription outlives its request, or came over a socket.
  else if (operation?.kind === 'subscription') captureException(thrown, { route: routeOf(operation), path })
}

function routeOf({ kind, name }: Operation): string {
  return `${kind} ${name ?? '(anonymous)'}`
}

/** What Apollo Server knows of the request: what it was parsed from, and nothing of the server. */
export interface HttpRequest {
  readonly method: string
  /** `?query=…` */
  readonly search: string
  readonly body: unknown
}

/** The request that a body was parsed from: the very object, or one of a batch. A GET has none, and its query tells. */
export function traceOfHttp(http: HttpRequest | undefined): RequestTrace | null {
  if (!http) return null
  const { method, search, body } = http
  if (method === 'GET') {
    if (search === '') return null
    return findInFlight((trace) => trace.method === 'GET' && trace.operation === null && trace.url.endsWith(search))
  }
  if (typeof body !== 'object' || body === null) return null
  return findInFlight((trace) => {
    const { body: parsed } = (trace.source ?? trace.request) as { body?: unknown }
    return parsed === body || (Array.isArray(parsed) && parsed.includes(body))
  })
}
