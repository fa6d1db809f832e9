import { traceOf } from '../../core/find-trace.js'
import type { Operation } from '../../core/http/operation-names.js'
import type { RequestTrace } from '../../core/http/request-trace.js'
import {
  beginOperation,
  type DocumentNode,
  findOperation,
  type HttpRequest,
  noteErrors,
  type OperationNode,
  operationOf,
  traceOfHttp,
} from './operations.js'

/** What Apollo Server's plugins get. */
interface ApolloContext {
  readonly contextValue: unknown
  readonly request: { readonly http?: HttpRequest }
  readonly operation?: OperationNode
  readonly errors?: readonly unknown[]
}

export interface ApolloListener {
  didResolveOperation(context: ApolloContext): Promise<void>
  didEncounterErrors(context: ApolloContext): Promise<void>
}

/** What an operation is run with, in Yoga and in graphql-http. */
interface ExecutionArgs {
  readonly document: DocumentNode
  readonly operationName?: string | null
  readonly contextValue?: unknown
}

interface Executed {
  readonly result: unknown
}

/** A plugin of Apollo Server and of GraphQL Yoga, and the options of graphql-http, in one. */
export interface QuasarGraphql {
  requestDidStart(): Promise<ApolloListener>
  onExecute(event: { readonly args: ExecutionArgs }): { onExecuteDone(event: Executed): void }
  onSubscribe(event: { readonly args: ExecutionArgs }): {
    onSubscribeResult(event: Executed): { onNext(event: Executed): void }
  }
  onOperation(request: unknown, args: ExecutionArgs, result: unknown): void
}

/**
 * Tells the operations of a GraphQL server apart, `POST /graphql query GetUser`, and reports what resolvers throw, with the operation and
 * the path. The app's own integration follows the requests. For Apollo Server 4 and 5, GraphQL Yoga 5 and graphql-http; Nest with Apollo
 * and Mercurius need no such line.
 *
 * @example new ApolloServer({ typeDefs, resolvers, plugins: [quasarGraphql()] })
 * @example createYoga({ schema, plugins: [quasarGraphql()] })
 * @example createHandler({ schema, onOperation: quasarGraphql().onOperation })
 */
export function quasarGraphql(): QuasarGraphql {
  return {
    requestDidStart: async () => listenToApollo(),
    onExecute: ({ args }) => {
      const { trace, operation } = begin(args.contextValue, args)
      return { onExecuteDone: ({ result }) => noteResult(trace, operation, result) }
    },
    onSubscribe: ({ args }) => {
      const { trace, operation } = begin(args.contextValue, args)
      const note = ({ result }: Executed) => noteResult(trace, operation, result)
      return {
        onSubscribeResult(event) {
          note(event)
          return { onNext: note }
        },
      }
    },
    onOperation(request, args, result) {
      const { trace, operation } = begin(request, args)
      noteResult(trace, operation, result)
    },
  }
}

interface Begun {
  readonly trace: RequestTrace | null
  readonly operation: Operation | null
}

function begin(carrier: unknown, { document, operationName }: ExecutionArgs): Begun {
  const trace = traceOf(carrier)
  const operation = findOperation(document, operationName)
  beginOperation(trace, operation)
  return { trace, operation }
}

function noteResult(trace: RequestTrace | null, operation: Operation | null, result: unknown): void {
  noteErrors(trace, operation, (result as { errors?: unknown } | null | undefined)?.errors)
}

function listenToApollo(): ApolloListener {
  let trace: RequestTrace | null = null
  const find = ({ contextValue, request }: ApolloContext) => {
    trace ??= traceOf(contextValue) ?? traceOfHttp(request.http)
    return trace
  }
  return {
    async didResolveOperation(context) {
      if (context.operation) beginOperation(find(context), operationOf(context.operation))
    },
    async didEncounterErrors(context) {
      noteErrors(find(context), context.operation ? operationOf(context.operation) : null, context.errors)
    },
  }
}
