import { EventEmitter, once } from 'node:events'
import { Agent, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import request from 'supertest'
import { beforeAll, describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory/index.js'
import { counts } from '../conformance/http-adapter.js'
import { requireFrom } from '../support/installed.js'
import { packInto } from '../support/pack.js'
import { exceptions, recordedBy } from '../support/recorded.js'

describe.each(['fastify4', 'fastify5'])('%s', (host) => {
  beforeAll(() => packInto(host))

  async function open(store: ReturnType<typeof memoryStore>, add: (app: FastifyInstance) => void) {
    const load = requireFrom(host)
    const app: FastifyInstance = load('fastify')()
    const options = { service: 'inside', store, logger: false, interval: 60_000 }
    await app.register(load('@gravito/quasar/fastify').quasarPlugin, options)
    add(app)
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { app, port: (app.server.address() as AddressInfo).port }
  }

  it('takes what a handler injects for a request of its own', async () => {
    const store = memoryStore()
    const { app } = await open(store, (app) => {
      app.get('/users/:id', async () => 'user')
      app.get('/fail', async () => {
        throw new Error('no stock')
      })
      app.get('/batch', async () => {
        const answers = [await app.inject('/users/1'), await app.inject('/fail')]
        return answers.map(({ statusCode }) => statusCode)
      })
    })
    await request(app.server).get('/batch').expect([200, 500])
    await app.close()
    const recorded = await recordedBy(store, 'inside')
    expect(counts(recorded)).toEqual({ 'GET /batch': 1, 'GET /users/:id': 1, 'GET /fail': 1 })
    expect(recorded.routes.get('GET /batch')).toMatchObject({ errors: 0 })
    expect(await exceptions(store, 'inside')).toMatchObject([{ route: 'GET /fail' }])
  })

  it('counts what it refuses while it closes', async () => {
    const store = memoryStore()
    const asked = new EventEmitter()
    const { app, port } = await open(store, (app) => {
      app.get('/users/:id', async () => 'user')
      app.addHook('preClose', async () => void (await once(asked, 'answer')))
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const statusOf = (path: string) =>
      new Promise((resolve, reject) => {
        const asking = get({ port, path, agent, host: '127.0.0.1' }, (answer) => {
          answer.resume().once('end', () => resolve(answer.statusCode))
        })
        asking.once('error', reject)
      })
    expect(await statusOf('/users/1')).toBe(200)
    const closed = app.close()
    expect(await statusOf('/users/2')).toBe(503)
    asked.emit('answer')
    await closed
    agent.destroy()
    const recorded = await recordedBy(store, 'inside')
    expect(counts(recorded)).toEqual({ 'GET /users/:id': 1, '(unmatched)': 1 })
    expect(recorded.routes.get('(unmatched)')).toMatchObject({ errors: 1, classes: [0, 0, 0, 0, 1] })
  })
})
