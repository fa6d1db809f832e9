import request from 'supertest'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { QuasarOptions } from '../../src/core/options/options.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { type GraphqlServer, loadFrom, SERVERS } from '../support/graphql-servers.js'
import { packInto } from '../support/pack.js'
import { exceptions, recordedBy, slowEntries } from '../support/recorded.js'

let services = 0

describe.each(SERVERS)('the operations of %s', (name, host, open) => {
  beforeAll(() => packInto(host))

  /** Uses a server, closes it, and gives what it reported. */
  async function report(use: (ask: Ask, server: GraphqlServer) => Promise<unknown>, options: QuasarOptions = {}) {
    const service = `graphql-${++services}`
    const store = memoryStore()
    const server = await open(loadFrom(host), { service, store, logger: false, interval: 60_000, ...options })
    let isOpen = true
    onTestFinished(async () => void (isOpen && (await server.close())))
    await use(asker(`http://127.0.0.1:${server.port}`), server)
    isOpen = false
    await server.close()
    const { routes } = await recordedBy(store, service)
    return {
      counts: Object.fromEntries([...routes].map(([key, { count, errors }]) => [key, [count, errors]])),
      exceptions: await exceptions(store, service),
      slow: await slowEntries(store, service),
    }
  }

  it('are told apart, by what the schema validated', async () => {
    const { counts, exceptions, slow } = await report(
      async (ask) => {
        for (const id of ['1', '2']) {
          const { status, data } = await ask({
            query: 'query GetUser($id: ID!) { user(id: $id) { id } }',
            variables: { id },
          })
          expect([status, data]).toEqual([200, { user: { id } }])
        }
        expect((await ask({ query: '{ users { id } }' })).data).toEqual({ users: [{ id: '1' }, { id: '2' }] })
        expect((await ask({ query: 'mutation Rename { rename }' })).data).toEqual({ rename: 'renamed' })
        const two = 'query One { users { id } } query Two { users { id } }'
        expect((await ask({ query: two, operationName: 'Two' })).status).toBe(200)
        await ask({ query: 'query {' })
        await ask({ query: 'query Invented { nothing }' })
      },
      { slow: 0 },
    )
    expect(counts).toEqual({
      'POST /graphql query GetUser': [2, 0],
      'POST /graphql query (anonymous)': [1, 0],
      'POST /graphql mutation Rename': [1, 0],
      'POST /graphql query Two': [1, 0],
      'POST /graphql': [2, 0],
    })
    expect(exceptions).toEqual([])
    expect(slow.map(({ name }) => name)).toContain('POST /graphql query GetUser')
  })

  it('fail with what their resolvers throw, and not with what the client did wrong', async () => {
    const { counts, exceptions } = await report(async (ask) => {
      expect((await ask({ query: 'query Broken { fails }' })).errors).toHaveLength(1)
      expect((await ask({ query: 'query Later { failsLater }' })).errors).toHaveLength(1)
      expect((await ask({ query: 'query List { users { id bad } }' })).errors).toHaveLength(2)
      expect((await ask({ query: 'query Refused { refuses }' })).errors).toHaveLength(1)
      await ask({ query: 'query Wrong($id: ID!) { user(id: $id) { id } }', variables: {} })
    })
    expect(counts).toMatchObject({
      'POST /graphql query Broken': [1, 1],
      'POST /graphql query Later': [1, 1],
      'POST /graphql query List': [1, 1],
      'POST /graphql query Refused': [1, 0],
    })
    expect(exceptions.map(({ route, path, name, message, kind }) => [route, path, name, message, kind]).sort()).toEqual(
      [
        ['Broken', 'fails'],
        ['Later', 'failsLater'],
        ['List', 'users.0.bad'],
        ['List', 'users.1.bad'],
      ].map(([operation, path]) => [
        `POST /graphql query ${operation}`,
        path,
        name.startsWith('Mercurius') ? 'GraphQLError' : 'OrderError',
        'no stock',
        'request',
      ]),
    )
  })

  it('come by GET, too', async () => {
    const { counts } = await report(async (ask) => {
      expect((await ask({ query: 'query GetUsers { users { id } }' }, 'GET')).status).toBe(200)
    })
    expect(counts).toEqual({ 'GET /graphql query GetUsers': [1, 0] })
  })

  it.skipIf(name.startsWith('graphql-http'))('come in batches', async () => {
    const { counts, exceptions } = await report(async (ask) => {
      const answers = await ask([{ query: 'query One { users { id } }' }, { query: 'query Two { fails }' }])
      expect(answers.status).toBe(200)
      await ask([{ query: 'query One { users { id } }' }, { query: 'query One { users { id } }' }])
    })
    expect(counts).toEqual({ 'POST /graphql (batch)': [1, 1], 'POST /graphql query One': [1, 0] })
    expect(exceptions).toMatchObject([{ route: 'POST /graphql (batch)', path: 'fails' }])
  })

  it('are capped by themselves: clients invent names', async () => {
    const { counts } = await report(async (ask) => {
      for (let last = 0; last < 110; last++) await ask({ query: `query Invented${last} { __typename }` })
    })
    expect(Object.keys(counts)).toHaveLength(101)
    expect(counts['POST /graphql query (other)']).toEqual([10, 0])
  })
})

type Ask = (body: unknown, method?: 'GET' | 'POST') => Promise<{ status: number; data?: unknown; errors?: unknown[] }>

function asker(url: string): Ask {
  return async (query, method = 'POST') => {
    const asking =
      method === 'GET'
        ? request(url)
            .get('/graphql')
            .query(query as object)
            .set('apollo-require-preflight', '1')
        : request(url)
            .post('/graphql')
            .send(query as object)
    const { status, text } = await asking.set('accept', 'application/json')
    return { status, ...JSON.parse(text) }
  }
}
