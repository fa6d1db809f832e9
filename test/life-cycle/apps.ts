/** Apps of which a slow request can be under way when the signal comes: each says its port, and when that request has begun. */

const HANDLER = `
import { setTimeout as sleep } from 'node:timers/promises'
const work = async () => {
  process.send('working')
  await sleep(300)
  return 'done'
}
const say = (server) => process.send(server.address().port)
`

const EXPRESS = `${HANDLER}
import express from 'express'
import { quasar } from '@gravito/quasar/express'
const app = express()
const monitor = quasar()
app.use(monitor)
app.get('/work/:id', async (_request, response) => response.send(await work()))
const server = app.listen(0, '127.0.0.1', () => say(server))
`

const HONO = `${HANDLER}
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { quasar } from '@gravito/quasar/hono'
const app = new Hono()
const monitor = quasar()
app.use(monitor)
app.get('/work/:id', async (c) => c.text(await work()))
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => say(server))
`

const FASTIFY = `${HANDLER}
import Fastify from 'fastify'
import { quasarPlugin } from '@gravito/quasar/fastify'
const app = Fastify()
app.register(quasarPlugin)
app.get('/work/:id', work)
await app.listen({ port: 0, host: '127.0.0.1' })
process.once('SIGTERM', () => app.close())
say(app.server)
`

const nest = (adapter: 'express' | 'fastify') => `${HANDLER}
import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import * as platform from '@nestjs/platform-${adapter}'
import { QuasarModule } from '@gravito/quasar/nest'
class WorkController {
  work() {
    return work()
  }
}
Get('work/:id')(WorkController.prototype, 'work', Object.getOwnPropertyDescriptor(WorkController.prototype, 'work'))
Controller()(WorkController)
class AppModule {}
Module({ imports: [QuasarModule.forRoot()], controllers: [WorkController] })(AppModule)
const adapter = new platform.${adapter === 'express' ? 'ExpressAdapter' : 'FastifyAdapter'}()
const app = await NestFactory.create(AppModule, adapter, { logger: false })
app.enableShutdownHooks()
await app.listen(0, '127.0.0.1')
say(app.getHttpServer())
`

/** By what they are; `signal` is how the process ends when everything has closed. */
export const gracefulApps: Readonly<Record<string, { source: string; signal: NodeJS.Signals | null }>> = {
  'Express, with stop() after the server': {
    source: `${EXPRESS}process.once('SIGTERM', () => server.close(() => monitor.stop()))`,
    signal: null,
  },
  'Express, with the server closed only': {
    source: `${EXPRESS}process.once('SIGTERM', () => server.close())`,
    signal: null,
  },
  'Hono, with stop() after the server': {
    source: `${HONO}process.once('SIGTERM', () => server.close(() => monitor.stop()))`,
    signal: null,
  },
  'Hono, with the server closed only': { source: `${HONO}process.once('SIGTERM', () => server.close())`, signal: null },
  Fastify: { source: FASTIFY, signal: null },
  // Nest sends itself the signal again when its hooks are through.
  'Nest on Express': { source: nest('express'), signal: 'SIGTERM' },
  'Nest on Fastify': { source: nest('fastify'), signal: 'SIGTERM' },
}
