import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ensureBuilt } from '../support/pack.js'
import { startProgram } from '../support/program.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { diagnose } from './doctor-run.js'

let redis: TestRedis

beforeAll(async () => {
  await ensureBuilt()
  redis = await startRedis()
})

afterAll(() => redis.stop())

const GRACEFUL = "process.on('SIGTERM', () => process.exit(0))\n"
let apps = 0

/** Runs an app that says its port, sends it requests, and gives what its heartbeat says of its set-up. */
async function setupOf(source: string, paths: readonly string[], isGraceful = true): Promise<readonly string[]> {
  const service = `app-${++apps}`
  const env = { QUASAR_SERVICE: service, QUASAR_REDIS_URL: redis.url, QUASAR_INTERVAL: '100' }
  const { child, ended } = await startProgram((isGraceful ? GRACEFUL : '') + source, { env })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const port = await new Promise((resolve) => child.once('message', resolve))
  for (const path of paths) {
    await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'x-forwarded-for': '192.0.2.1' } }).then((r) =>
      r.text(),
    )
  }
  return vi.waitFor(
    async () => {
      const [key = ''] = await redis.client().keys(`gravito:quasar:node:${service}:*`)
      const beat = JSON.parse((await redis.client().get(key)) ?? 'null')
      expect(beat.requests).not.toBeNull()
      // One that was collected after the requests were over.
      expect(beat.requests.inFlight).toBe(0)
      return beat.setup
    },
    { timeout: 20_000 },
  )
}

const express = (body: string) => `
import express from 'express'
import { quasar } from '@gravito/quasar/express'
const app = express()
${body}
app.get('/b', (request, response) => response.send('b'))
const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port))
`

const fastify = (body: string) => `
import Fastify from 'fastify'
import { quasarPlugin } from '@gravito/quasar/fastify'
const app = Fastify()
${body}
await app.listen({ port: 0, host: '127.0.0.1' })
process.send(app.server.address().port)
`

const hono = (body: string) => `
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { quasar } from '@gravito/quasar/hono'
const app = new Hono()
${body}
app.get('/b', (c) => c.text('b'))
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send(port))
`

const nest = (imports: string, body: string) => `
import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { QuasarModule } from '@gravito/quasar/nest'
class AppModule {}
Module({ imports: [${imports}] })(AppModule)
const app = await NestFactory.create(AppModule, { logger: false })
${body}
await app.listen(0, '127.0.0.1')
process.send(app.getHttpServer().address().port)
`

describe('the set-up of an app is seen', () => {
  it.each<[what: string, source: string, setup: readonly string[]]>([
    ['Express, as it should be', express("app.set('trust proxy', 1); app.use(quasar())"), []],
    ['Express behind a proxy that it does not know', express('app.use(quasar())'), ['trust-proxy-unset']],
    [
      'Express with Quasar twice',
      express("app.set('trust proxy', 1); app.use(quasar()); app.use(quasar())"),
      ['registered-twice'],
    ],
    [
      'Express with routes before Quasar',
      express("app.set('trust proxy', 1); app.get('/a', (_, r) => r.send('a')); app.use(quasar())"),
      ['registered-late'],
    ],
    [
      'Express with Quasar in a router',
      express("app.set('trust proxy', 1); const r = express.Router(); r.use(quasar()); app.use('/b', r)"),
      ['registered-in-scope'],
    ],
    ['Fastify, as it should be', fastify("app.get('/b', async () => 'b'); app.register(quasarPlugin)"), []],
    [
      'Fastify with Quasar twice',
      fastify("app.register(quasarPlugin); app.register(quasarPlugin); app.get('/b', async () => 'b')"),
      ['registered-twice'],
    ],
    [
      'Fastify with Quasar in a scope',
      fastify("app.register(async (scope) => { scope.register(quasarPlugin); scope.get('/b', async () => 'b') })"),
      ['registered-in-scope'],
    ],
    ['Hono, as it should be', hono('app.use(quasar())'), []],
    ['Hono with Quasar twice', hono('app.use(quasar()); app.use(quasar())'), ['registered-twice']],
    ['Nest, as it should be', nest('QuasarModule.forRoot()', "app.set('trust proxy', 1)"), []],
  ])('%s', async (_what, source, setup) => {
    expect(await setupOf(source, ['/b', '/b'])).toEqual(setup)
  })

  it.each([
    ['Nest that Quasar ends', nest('QuasarModule.forRoot()', "app.set('trust proxy', 1)"), []],
    [
      'Nest without enableShutdownHooks',
      nest('QuasarModule.forRoot({ signals: false })', "app.set('trust proxy', 1)"),
      ['no-shutdown'],
    ],
    ['Nest with it', nest('QuasarModule.forRoot()', "app.set('trust proxy', 1); app.enableShutdownHooks()"), []],
    [
      'Fastify that nobody closes',
      fastify("app.get('/b', async () => 'b'); app.register(quasarPlugin, { signals: false })"),
      ['no-shutdown'],
    ],
  ])('%s', async (_what, source, setup) => {
    expect(await setupOf(source, ['/b'], false)).toEqual(setup)
  })
})

it('is said by the doctor, once for a service, with what to do', async () => {
  const beat = {
    v: 2,
    timestamp: Date.now(),
    interval: 10_000,
    setup: ['registered-late', 'no-shutdown', 'no-payload-token', 'new-one'],
  }
  for (const node of ['n1', 'n2']) {
    await redis.client().set(`gravito:quasar:node:told:${node}`, JSON.stringify(beat), 'EX', 30)
  }
  const idle = { ...beat, setup: [], runtime: { uptime: 600, framework: 'express' } }
  await redis.client().set('gravito:quasar:node:idle:n1', JSON.stringify(idle), 'EX', 30)
  const { exitCode, findings, of } = await diagnose(redis.url)
  expect(exitCode).toBe(1)
  const told = findings.filter(({ code, subject }) => code.startsWith('setup-') && subject === 'told')
  expect(told.map(({ level, code }) => [level, code])).toEqual([
    ['problem', 'setup-registered-late'],
    ['hint', 'setup-no-shutdown'],
    ['hint', 'setup-no-payload-token'],
    ['hint', 'setup-new-one'],
  ])
  expect(told[0]?.message).toContain('(2 nodes)')
  expect(of('setup-no-shutdown').advice).toContain('enableShutdownHooks')
  expect(of('no-requests')).toMatchObject({ level: 'hint', subject: 'idle' })
})
