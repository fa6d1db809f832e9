import type { Permission, QueueName } from '../../api/permissions.js'
import type { GenericSchema, Infer } from '../../api/schema.js'
import { answerApiErrors } from './api-error.js'
import { looseMatcherOf, matcherOf, type PathMatch } from './path-pattern.js'
import { type Parameters, readQuery, type Values } from './query.js'
import { readBody } from './read-body.js'
import type { RequestContext, Services } from './request-context.js'
import { forbidden, problem } from './responses.js'

/** The response of an operation with one status. */
export interface Answer {
  readonly description: string
  /** @default application/json */
  readonly type?: string
  readonly schema: GenericSchema
}

export type Method = 'GET' | 'POST'

interface Described<P extends Parameters> {
  /** Below the mount; `{name}` matches a segment. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly parameters: P
  /** Checks values that depend on each other. @returns a readable error, or null */
  readonly check?: (query: Values<P>) => string | null
  /** It answers without a cluster in its path, also where there are several. @default false */
  readonly isForAll?: boolean
  /** Descriptions of the path's segments. */
  readonly segments?: Readonly<Record<string, string>>
  /** By status. 400 is implied, and for a change also 403, 413 and 415. */
  readonly answers: Readonly<Record<number, Answer>>
}

/** A route of the API that reads, with its documentation. */
export interface OperationSpec<P extends Parameters, S extends Services> extends Described<P> {
  readonly handle: (context: OperationContext<P, S>) => Response | Promise<Response>
}

/** A route that changes something: POST. */
export interface ChangeSpec<B extends GenericSchema, P extends Parameters, S extends Services> extends Described<P> {
  readonly body: B
  /** Largest body. @default 65536 */
  readonly maxBytes?: number
  /** The permission that the body requires. Null: `handle` checks it. */
  readonly permission: ((body: Infer<B>) => Permission) | null
  /** Whether a body changes anything, if not every one does: a read-only cluster and a freeze refuse changes of the apps. @default true */
  readonly isChange?: (body: Infer<B>) => boolean
  /** Keys of the queues at which it is required. @default that of the path, if it has one */
  readonly queues?: (body: Infer<B>) => readonly string[]
  readonly handle: (context: ChangeContext<Infer<B>, P, S>) => Response | Promise<Response>
}

export interface OperationContext<P extends Parameters, S extends Services> extends RequestContext<S> {
  /** Validated. */
  readonly query: Values<P>
  /** Of the path, decoded. */
  readonly segments: Readonly<Record<string, string>>
}

export interface ChangeContext<B, P extends Parameters, S extends Services> extends OperationContext<P, S> {
  /** Validated. */
  readonly body: B
}

/** A route; without `S`, whatever its handler needs. */
export interface Operation<S extends Services = never> extends Omit<Described<Parameters>, 'check'> {
  readonly method: Method
  /** The body of a change. */
  readonly body?: GenericSchema
  readonly match: PathMatch
  /** For paths that no operation matches exactly; null if there is no lenient form. */
  readonly matchLoosely: PathMatch | null
  /** Validates query and body, and responds. */
  readonly answer: (
    context: RequestContext<S>,
    segments: Readonly<Record<string, string>>,
  ) => Response | Promise<Response>
}

/**
 * Constructors for the routes of a capability.
 *
 * @typeParam S what the routes need
 */
export function operationsWith<S extends Services = Services>() {
  return {
    operation: <P extends Parameters>(spec: OperationSpec<P, S>) => operation(spec),
    change: <B extends GenericSchema, P extends Parameters = Record<never, never>>(spec: ChangeSpec<B, P, S>) =>
      change(spec),
  }
}

function operation<P extends Parameters, S extends Services>(spec: OperationSpec<P, S>): Operation<S> {
  const { handle, ...rest } = spec
  return {
    ...rest,
    method: 'GET',
    match: matcherOf(spec.path),
    matchLoosely: looseMatcherOf(spec.path),
    answer(context, segments) {
      const query = readChecked(spec, context.url)
      if (typeof query === 'string') return problem(400, 'bad_query', query)
      return answerApiErrors(() => handle({ ...context, query, segments }))
    },
  }
}

/** The caller checks the principal and the origin of the request first. */
function change<B extends GenericSchema, P extends Parameters, S extends Services>(
  spec: ChangeSpec<B, P, S>,
): Operation<S> {
  const { handle, permission, maxBytes, queues, isChange, ...rest } = spec
  return {
    ...rest,
    method: 'POST',
    match: matcherOf(spec.path),
    matchLoosely: null,
    async answer(context, segments) {
      const query = readChecked(spec, context.url)
      if (typeof query === 'string') return problem(400, 'bad_query', query)
      const body = await readBody(context.request, spec.body, maxBytes)
      if (body instanceof Response) return body
      const change = { ...context, query, segments, body: body.value }
      return answerApiErrors(async () => {
        const keys = queues?.(body.value) ?? (segments.queue === undefined ? [] : [segments.queue])
        const needed = permission?.(body.value)
        const refusal = needed && (await refusalAt(keys, needed, context))
        if (refusal) return refusal
        if (needed && (isChange?.(body.value) ?? true)) await context.services.safety.refuseChange(needed)
        return handle(change)
      })
    },
  }
}

/** @returns the values, or a readable error */
function readChecked<P extends Parameters>({ parameters, check }: Described<P>, url: URL): Values<P> | string {
  const query = readQuery(parameters, url)
  return typeof query === 'string' ? query : (check?.(query) ?? query)
}

/** The response for a principal without a permission; null if it has the permission. @param queue where; without it, anywhere */
export function refusalOf(
  permission: Permission,
  { principal, services: { policy } }: RequestContext,
  queue?: QueueName,
): Response | null {
  return policy.can(principal, permission, { queue }) ? null : forbidden(permission, policy.rolesWith(permission))
}

/**
 * The response for a principal that lacks a permission at one of several queues; null if it has the permission at each. Rejects with an API
 * error for a queue that the principal may not see, as for one that does not exist.
 */
export async function refusalAt(
  keys: readonly string[],
  permission: Permission,
  context: RequestContext,
): Promise<Response | null> {
  const { principal, services } = context
  // A role holds at all queues alike.
  if (!principal.grants || keys.length === 0) return refusalOf(permission, context)
  const queues = await Promise.all([...new Set(keys)].map((key) => services.queueNamed(key)))
  return queues.map((queue) => refusalOf(permission, context, queue)).find((refusal) => refusal !== null) ?? null
}
