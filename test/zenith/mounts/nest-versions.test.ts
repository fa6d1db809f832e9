import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import request from 'supertest'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { PulseEvent } from '../../../src/api/types.js'
import { folderOf } from '../../support/installed.js'
import { packInto } from '../../support/pack.js'
import { openStream } from '../support/http.js'

// The whole suite runs on the repository's own Nest; older ones are apps of their own, with the packed package.
describe.each(['nest10', 'nest11'])('Zenith in %s', (host) => {
  beforeAll(() => packInto(host))

  async function open(adapter: string, auth: 'open' | 'closed') {
    const env = { ...process.env, NODE_ENV: 'production', QUASAR_REDIS_URL: '', REDIS_URL: '' }
    const child = fork(join(folderOf(host), 'zenith.mjs'), [adapter, auth], { env, execArgv: [] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [port] = await once(child, 'message')
    return { zenith: `http://localhost:${port}/quasar`, child }
  }

  it.each(['express', 'fastify'])('serves its page and its stream on %s, and lets the app end', async (adapter) => {
    const { zenith, child } = await open(adapter, 'open')
    const redirect = await request(zenith).get('')
    expect(new URL(redirect.headers.location ?? '', zenith).href).toBe(`${zenith}/`)
    await request(zenith)
      .get('/')
      .expect('content-type', /^text\/html/)
    const stream = await openStream(`${zenith}/api/stream`)
    const beat = await stream.next((event) => (event.data as PulseEvent).nodes.length > 0)
    expect((beat.data as PulseEvent).nodes).toMatchObject([{ service: 'shop', state: 'live' }])
    child.send('close')
    const [closed] = await once(child, 'message')
    expect(closed).toBe('closed')
    await stream.ended
    await once(child, 'exit')
    expect(child.exitCode).toBe(0)
  })

  it.each(['express', 'fastify'])('is closed without auth on %s', async (adapter) => {
    const { zenith } = await open(adapter, 'closed')
    for (const path of ['/', '/api/stream', '/api/overview']) await request(zenith).get(path).expect(404)
  })
})
