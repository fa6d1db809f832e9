import type { FastifyInstance } from 'fastify'
import { traceOf } from '../../core/find-trace.js'
import type { RequestTrace } from '../../core/http/request-trace.js'
import { beginOperation, type DocumentNode, findOperation, noteErrors } from '../graphql/operations.js'

/** What Mercurius decorates an instance with, and hands to its hooks. */
interface Mercurius {
  addHook(
    name: 'preExecution',
    hook: (schema: unknown, document: DocumentNode, context: Context) => Promise<void>,
  ): void
  addHook(name: 'onResolution', hook: (execution: { errors?: unknown }, context: Context) => Promise<void>): void
}

interface Context {
  readonly reply?: { readonly request: { readonly body?: unknown; readonly query?: unknown } }
}

const isFollowed = Symbol.for('@gravito/quasar/mercurius')

/** Follows the operations of a Mercurius that is registered beside us, when the app is ready. */
export function followMercurius(fastify: FastifyInstance): void {
  fastify.addHook('onReady', function (this: FastifyInstance, done: () => void) {
    const { graphql } = this as { graphql?: Partial<Mercurius> }
    if (typeof graphql?.addHook === 'function' && !Object.hasOwn(graphql, isFollowed)) follow(graphql as Mercurius)
    done()
  })
}

function follow(graphql: Mercurius): void {
  Object.defineProperty(graphql, isFollowed, { value: true })
  graphql.addHook('preExecution', async (_schema, document, context) => {
    const operation = findOperation(document, nameOf(context))
    beginOperation(traceIn(context), operation)
  })
  graphql.addHook('onResolution', async ({ errors }, context) => noteFormatted(traceIn(context), errors))
}

function traceIn({ reply }: Context): RequestTrace | null {
  return reply ? traceOf(reply) : null
}

/** Mercurius has made JSON of the errors by then: class and stack are gone, unless Nest's resolvers have told of them. */
function noteFormatted(trace: RequestTrace | null, errors: unknown): void {
  if (!trace || !Array.isArray(errors)) return
  const unknown = errors.filter(({ path }) => Array.isArray(path) && !trace.knowsPart(path.join('.')))
  noteErrors(
    trace,
    null,
    unknown.map((error) => ({ name: 'GraphQLError', ...error })),
  )
}

/** Mercurius tells its hooks no name; a document of a batch is told apart by what it holds alone. */
function nameOf({ reply }: Context): string | null {
  const { body, query } = reply?.request ?? {}
  const name = ((body ?? query) as { operationName?: unknown } | null | undefined)?.operationName
  return typeof name === 'string' ? name : null
}
