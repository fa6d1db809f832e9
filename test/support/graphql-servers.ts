import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { QuasarOptions } from '../../src/core/options/options.js'
import { requireFrom } from './installed.js'

/** An open server with a GraphQL endpoint at `/graphql`. */
export interface GraphqlServer {
  readonly port: number
  close(): Promise<unknown>
}

export class OrderError extends Error {
  override name = 'OrderError'
}

type Load = NodeJS.Require

/** The schema that all servers have, made of the host's own graphql-js. */
export function schemaOf(load: Load) {
  const { GraphQLError, GraphQLID, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } =
    load('graphql')
  const fail = () => {
    throw new OrderError('no stock')
  }
  const refuse = () => {
    throw new GraphQLError('log in', { extensions: { code: 'UNAUTHENTICATED' } })
  }
  const User = new GraphQLObjectType({
    name: 'User',
    fields: { id: { type: GraphQLID }, bad: { type: GraphQLString, resolve: fail } },
  })
  const text = (resolve: () => unknown) => ({ type: GraphQLString, resolve })
  return new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      fields: {
        user: {
          type: User,
          args: { id: { type: new GraphQLNonNull(GraphQLID) } },
          resolve: (_root: unknown, { id }: { id: string }) => ({ id }),
        },
        users: { type: new GraphQLList(User), resolve: () => [{ id: 1 }, { id: 2 }] },
        fails: text(fail),
        failsLater: text(async () => fail()),
        refuses: text(refuse),
      },
    }),
    mutation: new GraphQLObjectType({ name: 'Mutation', fields: { rename: text(() => 'renamed') } }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        ticks: {
          type: GraphQLString,
          async *subscribe() {
            yield { ticks: 'one' }
            yield { ticks: 'two' }
          },
        },
      },
    }),
  })
}

type Open = (load: Load, options: QuasarOptions) => Promise<GraphqlServer>

const plugin = (load: Load) => load('@gravito/quasar/graphql').quasarGraphql()

async function listen(listener: RequestListener, stop: () => Promise<unknown>): Promise<GraphqlServer> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await stop()
    },
  }
}

function expressApp(load: Load, options: QuasarOptions) {
  const express = load('express')
  const app = express()
  const monitor = load('@gravito/quasar/express').quasar(options)
  app.use(monitor)
  return { express, app, listen: () => listen(app, monitor.stop) }
}

async function fastifyApp(load: Load, options: QuasarOptions) {
  const app = load('fastify')({ forceCloseConnections: true })
  app.register(load('@gravito/quasar/fastify').quasarPlugin, options)
  return {
    app,
    async listen(): Promise<GraphqlServer> {
      await app.listen({ port: 0, host: '127.0.0.1' })
      return { port: app.server.address().port, close: () => app.close() }
    },
  }
}

async function startApollo(load: Load) {
  const { ApolloServer } = load('@apollo/server')
  const server = new ApolloServer({ schema: schemaOf(load), plugins: [plugin(load)], allowBatchedHttpRequests: true })
  await server.start()
  return server
}

async function honoServer(load: Load, app: { fetch: unknown }, stop: () => Promise<unknown>): Promise<GraphqlServer> {
  const server = load('@hono/node-server').createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: server.address().port,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await stop()
    },
  }
}

const yogaOf = (load: Load) =>
  load('graphql-yoga').createYoga({ schema: schemaOf(load), plugins: [plugin(load)], logging: false, batching: true })

/** By the name of the library and its framework: the host, and how a user puts it together. */
export const SERVERS: readonly (readonly [name: string, host: string, open: Open])[] = [
  [
    'Apollo Server 5 on Express',
    'graphql',
    async (load, options) => {
      const { express, app, listen } = expressApp(load, options)
      const { expressMiddleware } = load('@as-integrations/express5')
      app.use('/graphql', express.json(), expressMiddleware(await startApollo(load)))
      return listen()
    },
  ],
  [
    'Apollo Server 4 on Express',
    'entries10',
    async (load, options) => {
      const { express, app, listen } = expressApp(load, options)
      const { expressMiddleware } = load('@apollo/server/express4')
      app.use('/graphql', express.json(), expressMiddleware(await startApollo(load)))
      return listen()
    },
  ],
  [
    'Apollo Server 5 on Fastify',
    'graphql',
    async (load, options) => {
      const { app, listen } = await fastifyApp(load, options)
      const { fastifyApolloHandler } = load('@as-integrations/fastify')
      app.route({ url: '/graphql', method: ['GET', 'POST'], handler: fastifyApolloHandler(await startApollo(load)) })
      return listen()
    },
  ],
  [
    'Yoga on Express',
    'graphql',
    async (load, options) => {
      const { app, listen } = expressApp(load, options)
      const yoga = yogaOf(load)
      app.use(yoga.graphqlEndpoint, yoga)
      return listen()
    },
  ],
  [
    'Yoga on Fastify',
    'graphql',
    async (load, options) => {
      const { app, listen } = await fastifyApp(load, options)
      const yoga = yogaOf(load)
      app.addContentTypeParser(
        'application/json',
        {},
        (_request: unknown, _payload: unknown, done: (e: null) => void) => done(null),
      )
      app.route({
        url: yoga.graphqlEndpoint,
        method: ['GET', 'POST'],
        handler: (request: object, reply: object) =>
          yoga.handleNodeRequestAndResponse(request, reply, { req: request, reply }),
      })
      return listen()
    },
  ],
  [
    'Yoga on Hono',
    'graphql',
    async (load, options) => {
      const { Hono } = load('hono')
      const app = new Hono()
      const monitor = load('@gravito/quasar/hono').quasar(options)
      const yoga = yogaOf(load)
      app.use(monitor)
      app.all('/graphql', (c: { req: { raw: Request } }) => yoga.fetch(c.req.raw))
      return honoServer(load, app, monitor.stop)
    },
  ],
  [
    'Yoga on Hono, with Quasar around it',
    'graphql',
    async (load, options) => {
      const { Hono } = load('hono')
      const app = new Hono()
      const yoga = yogaOf(load)
      app.all('/graphql', (c: { req: { raw: Request } }) => yoga.fetch(c.req.raw))
      const fetch = load('@gravito/quasar/hono').quasarFetch(app, options)
      return honoServer(load, { fetch }, fetch.stop)
    },
  ],
  [
    'Mercurius on Fastify',
    'graphql',
    async (load, options) => {
      const { app, listen } = await fastifyApp(load, options)
      app.register(load('mercurius'), { schema: schemaOf(load), allowBatchedQueries: true })
      return listen()
    },
  ],
  [
    'graphql-http on Express',
    'graphql',
    async (load, options) => {
      const { app, listen } = expressApp(load, options)
      const { createHandler } = load('graphql-http/lib/use/express')
      app.all('/graphql', createHandler({ schema: schemaOf(load), onOperation: plugin(load).onOperation }))
      return listen()
    },
  ],
]

export function loadFrom(host: string): Load {
  return requireFrom(host)
}
