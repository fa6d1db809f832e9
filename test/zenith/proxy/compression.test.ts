import { createRequire } from 'node:module'
import { createGunzip } from 'node:zlib'
import express, { type RequestHandler } from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { createZenith, toNodeHandler } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { ask, send } from '../support/http.js'
import { beatOf, report } from '../support/records.js'
import { serve } from '../support/serve.js'

const require = createRequire(import.meta.url)
const compression = require('compression') as (options: object) => RequestHandler

/** `filter` decides what is compressed; the middleware's own leaves event streams alone, this one nothing. */
it.each([
  ['as it comes', {}],
  ['made to compress everything', { threshold: 0, filter: () => true }],
])('streams event by event behind compression, %s', async (_, options) => {
  const store = memoryStore()
  await report(store, beatOf('shop', 'web-1'))
  const zenith = createZenith({ store, interval: 50, auth: () => true })
  onTestFinished(() => zenith.close())
  const app = express()
  app.use(compression(options))
  app.use('/quasar', toNodeHandler(zenith))
  const server = await serve(app)
  onTestFinished(() => server.close())

  const headers = { 'accept-encoding': 'gzip' }
  const page = await ask(`${server.url}/quasar/`, { headers })
  expect(page.status).toBe(200)
  expect((await ask(`${server.url}/quasar/api/overview`, { headers })).headers['content-encoding']).toBe('gzip')

  const response = await send(`${server.url}/quasar/api/stream`, { headers })
  onTestFinished(() => void response.destroy())
  const isCompressed = response.headers['content-encoding'] === 'gzip'
  const events = isCompressed ? response.pipe(createGunzip()) : response
  let text = ''
  events.on('error', () => {})
  events.on('data', (part) => (text += part))
  const came = (id: string) => expect.poll(() => text.includes(`"${id}"`)).toBe(true)
  await came('web-1')
  await report(store, beatOf('shop', 'web-2'))
  await came('web-2')
})
