import request from 'supertest'
import { beforeAll, describe, expect, it } from 'vitest'
import { extent } from '../support/extent.js'
import { classOf, loadNestEntries, type NestEntries, watchedModule } from '../support/nest-entries.js'

class OrderError extends Error {
  override name = 'OrderError'
}

const HOSTS = [
  ['10 with Apollo', 'entries10', 'apollo'],
  ['11 with Apollo', 'entries11', 'apollo'],
  ['12 with Mercurius', 'entries12', 'mercurius'],
] as const

describe.each(extent(HOSTS, ([, host]) => host !== 'entries11'))('the operations of Nest %s', (_name, host, driver) => {
  let nest: NestEntries
  beforeAll(async () => {
    nest = await loadNestEntries(host)
  })

  function resolvers() {
    const { Query, Resolver } = nest.load('@nestjs/graphql') as Record<string, (...args: unknown[]) => never>
    const { ForbiddenException, UseGuards } = nest.common
    const Closed = classOf('Closed', { canActivate: [() => false] }, nest.common.Injectable() as ClassDecorator)
    return classOf(
      'UserResolver',
      {
        user: [() => ({ id: '1' }), Query?.('user') as never],
        fails: [
          async () => {
            throw new OrderError('no stock')
          },
          Query?.('fails') as never,
        ],
        refuses: [
          () => {
            throw new ForbiddenException('not yours')
          },
          Query?.('refuses') as never,
        ],
        closed: [() => 'never', Query?.('closed') as never, UseGuards(Closed as never) as MethodDecorator],
      },
      Resolver?.() as never,
    )
  }

  async function create(AppModule: never) {
    const options = { logger: false, abortOnError: false } as const
    if (driver === 'apollo') return nest.core.NestFactory.create(AppModule, options)
    const { FastifyAdapter } = nest.load('@nestjs/platform-fastify')
    return nest.core.NestFactory.create(AppModule, new FastifyAdapter(), options)
  }

  it('are told apart with their errors, without a further line', async () => {
    const { GraphQLModule } = nest.load('@nestjs/graphql')
    const { ApolloDriver, MercuriusDriver } = nest.load(`@nestjs/${driver}`)
    const graphql = GraphQLModule.forRoot({
      driver: ApolloDriver ?? MercuriusDriver,
      typeDefs: 'type Query { user: User, fails: String, refuses: String, closed: String } type User { id: ID }',
    })
    const { AppModule, close } = watchedModule(nest, { imports: [graphql], providers: [resolvers()] })
    const app = await create(AppModule as never)
    await app.listen(0, '127.0.0.1')
    const ask = (query: string) => request(app.getHttpServer()).post('/graphql').send({ query })
    expect((await ask('query GetUser { user { id } }')).body.data).toEqual({ user: { id: '1' } })
    for (const field of ['fails', 'refuses', 'closed']) {
      expect((await ask(`query Ask_${field} { ${field} }`)).body.errors).toHaveLength(1)
    }
    const { routes, exceptions, jobs } = await close(app)
    expect(routes).toEqual({
      'POST /graphql query GetUser': { count: 1, errors: 0 },
      'POST /graphql query Ask_fails': { count: 1, errors: 1 },
      'POST /graphql query Ask_refuses': { count: 1, errors: 0 },
      'POST /graphql query Ask_closed': { count: 1, errors: 0 },
    })
    expect(exceptions).toMatchObject([
      { route: 'POST /graphql query Ask_fails', path: 'fails', name: 'OrderError', kind: 'request' },
    ])
    expect(exceptions).toHaveLength(1)
    expect(jobs).toEqual({})
  })
})
