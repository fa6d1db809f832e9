import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'
import { ask } from '../support/ask.js'
import type { Program, ProgramOptions } from '../support/program.js'
import { startRedis } from '../support/redis.js'
import { countsOf, openFleet, said } from './fleet.js'

const fleet = openFleet()
const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** Apps without code for their end. */
const APPS = {
  Express: `
    import express from 'express'
    import { quasar } from '@gravito/quasar/express'
    const app = express()
    app.use(quasar())
    app.get('/work/:id', (_request, response) => response.send('done'))
    const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port))`,
  Hono: `
    import { serve } from '@hono/node-server'
    import { Hono } from 'hono'
    import { quasar } from '@gravito/quasar/hono'
    const app = new Hono()
    app.use(quasar())
    app.get('/work/:id', (c) => c.text('done'))
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send(port))`,
  Fastify: `
    import Fastify from 'fastify'
    import { quasarPlugin } from '@gravito/quasar/fastify'
    const app = Fastify()
    app.register(quasarPlugin)
    app.get('/work/:id', () => 'done')
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { server } = app
    process.send(server.address().port)`,
}

/** The same program with Quasar and without it. */
const START = "import { startQuasar } from '@gravito/quasar'\nconst quasar = startQuasar()\nawait quasar.flush()\n"
const WAIT = "setInterval(() => {}, 1_000)\nprocess.send('ready')\n"

let number = 0
const nextService = () => `signal-${++number}`

/** Starts it, with a first report soon and then none, and waits until its node is there. */
async function startReady(body: string, options: ProgramOptions = {}): Promise<Program & { service: string }> {
  const service = nextService()
  const env = { QUASAR_SERVICE: service, QUASAR_INTERVAL: '600000', ...options.env }
  const program = await fleet.start(START + body, { ...options, env })
  await said(program)
  return { ...program, service }
}

async function startBare(body: string, options: ProgramOptions = {}): Promise<Program> {
  const program = await fleet.start(body, options)
  await said(program)
  return program
}

describe.each(Object.entries(APPS))('a node of %s without shutdown code leaves', (name, source) => {
  it.each(SIGNALS)('at %s, which ends it as ever', async (signal) => {
    const service = `${name} ${signal}`
    const program = await fleet.start(source, { env: { QUASAR_SERVICE: service, QUASAR_INTERVAL: '600000' } })
    const port = await said<number>(program)
    await fleet.waitForNodes(service, 1)
    await ask(port, '/work/1')
    program.child.kill(signal)
    expect(await program.ended).toEqual({ code: null, signal, stdout: '', stderr: '' })
    await fleet.waitForNodes(service, 0)
    await vi.waitFor(async () => expect(countsOf(await fleet.recorded(service))).toEqual({ 'GET /work/:id': 1 }))
  })

  it('when nothing holds it any more', async () => {
    const service = `${name} ends`
    const end =
      "\nprocess.once('message', () => { server.close(); server.closeAllConnections(); process.disconnect() })"
    const program = await fleet.start(source + end, { env: { QUASAR_SERVICE: service, QUASAR_INTERVAL: '600000' } })
    await said(program)
    await fleet.waitForNodes(service, 1)
    program.child.send('end')
    expect(await program.ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    await fleet.waitForNodes(service, 0)
  })
})

it('a node that SIGKILL ends does not leave', async () => {
  const { child, ended, service } = await startReady(WAIT)
  child.kill('SIGKILL')
  await ended
  expect(await fleet.nodesOf(service)).toHaveLength(1)
})

describe('an app with a listener of its own', () => {
  it.each([
    ['that exits', "process.on('SIGTERM', () => process.exit(0))"],
    ['that exits with a code', "process.on('SIGTERM', () => process.exit(143))"],
    ['that exits later', "process.on('SIGTERM', () => setTimeout(() => process.exit(7), 100))"],
    ['that is called first', "process.prependListener('SIGTERM', () => setImmediate(() => process.exit(7)))"],
    ['that ends its work', "const wait = setInterval(() => {}, 9); process.once('SIGTERM', () => clearInterval(wait))"],
    [
      'that raises the signal again',
      "process.once('SIGTERM', () => setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50))",
    ],
    [
      'that counts the listeners',
      "process.on('SIGTERM', () => { if (process.listenerCount('SIGTERM') === 1) process.exit(9) })",
    ],
    ['that throws', "process.on('SIGTERM', () => { throw null })"],
  ])('ends as it does without Quasar, and its node leaves: one %s', async (how, listener) => {
    const hold = how === 'that ends its work' ? "process.send('ready'); process.channel.unref()" : WAIT
    const bare = await startBare(`${listener}\n${hold}`)
    const { child, ended, service } = await startReady(`${listener}\n${hold}`)
    for (const one of [bare.child, child]) one.kill('SIGTERM')
    const lines = (text: string) => text.replace(/main\.mjs:\d+/, 'main.mjs')
    const [expected, outcome] = [await bare.ended, await ended]
    expect({ ...outcome, stderr: lines(outcome.stderr) }).toEqual({ ...expected, stderr: lines(expected.stderr) })
    await fleet.waitForNodes(service, 0)
  })

  it('stays when the app goes on after the signal, and leaves at one that ends it', async () => {
    const body = `process.on('SIGTERM', () => process.send('heard'))\nprocess.on('message', () => { quasar.flush().then(() => process.send('beat')) })\n${WAIT}`
    const program = await startReady(body)
    for (let round = 0; round < 2; round++) {
      const heard = said(program)
      program.child.kill('SIGTERM')
      expect(await heard).toBe('heard')
      expect(await fleet.nodesOf(program.service)).toHaveLength(1)
    }
    const beat = said(program)
    program.child.send('beat')
    await beat
    expect(await fleet.nodesOf(program.service)).toHaveLength(1)
    program.child.kill('SIGINT')
    expect(await program.ended).toMatchObject({ signal: 'SIGINT', stderr: '' })
    await fleet.waitForNodes(program.service, 0)
  })

  it('added after a signal that it was not there for', async () => {
    const body = `
      process.once('SIGTERM', () => {
        process.on('SIGTERM', () => process.exit(5))
        process.send('once')
      })
      ${WAIT}`
    const program = await startReady(body)
    const once = said(program)
    program.child.kill('SIGTERM')
    await once
    program.child.kill('SIGTERM')
    expect(await program.ended).toMatchObject({ code: 5, stderr: '' })
    await fleet.waitForNodes(program.service, 0)
  })

  it('that is gone at the second signal, which ends it at last', async () => {
    const program = await startReady(`process.once('SIGTERM', () => process.send('once'))\n${WAIT}`)
    const once = said(program)
    program.child.kill('SIGTERM')
    await once
    program.child.kill('SIGTERM')
    expect(await program.ended).toEqual({ code: null, signal: 'SIGTERM', stdout: '', stderr: '' })
  })
})

it('a signal that the app emits itself ends nothing', async () => {
  const body = `process.emit('SIGTERM'); process.emit('SIGINT', 'SIGINT'); setTimeout(() => process.exit(6), 600)\n${WAIT}`
  const [bare, watched] = [await startBare(body), await startReady(body)]
  expect(await watched.ended).toEqual(await bare.ended)
})

describe('a store that does not answer', () => {
  it.each(['is gone', 'hangs'])('holds up no process: one that %s', async (how) => {
    const redis = await startRedis()
    const program = await startReady(WAIT, { env: { QUASAR_REDIS_URL: redis.url } })
    if (how === 'is gone') await redis.kill()
    else redis.pause()
    program.child.kill('SIGTERM')
    expect(await program.ended).toMatchObject({ code: null, signal: 'SIGTERM' })
    if (how === 'hangs') await redis.kill()
  })

  it('does not hold up a second signal', async () => {
    const source = `
      import { startQuasar } from '@gravito/quasar'
      import { writeSync } from 'node:fs'
      const store = {
        async write() { return { unwritten: [], error: null } },
        async removeNode() {
          process.kill(process.pid, 'SIGTERM')
          writeSync(1, 'still here')
          await new Promise(() => {})
        },
      }
      startQuasar({ store, logger: false })
      ${WAIT}`
    const program = await fleet.start(source)
    await said(program)
    program.child.kill('SIGTERM')
    expect(await program.ended).toEqual({ code: null, signal: 'SIGTERM', stdout: '', stderr: '' })
  })
})

describe('processes that belong together', () => {
  it('workers of a cluster leave, each by its signal', async () => {
    const program = await fleet.start(
      `import cluster from 'node:cluster'
       import { startQuasar } from '@gravito/quasar'
       if (cluster.isPrimary) {
         cluster.on('message', (_worker, message) => process.send(message))
         cluster.on('exit', (_worker, code, signal) => process.send({ code, signal }))
         process.once('message', () => process.disconnect())
         cluster.fork()
       } else {
         const quasar = startQuasar()
         await quasar.flush()
         process.send(process.pid)
       }`,
      { env: { QUASAR_SERVICE: 'cluster', QUASAR_INTERVAL: '600000' } },
    )
    const pid = await said<number>(program)
    await fleet.waitForNodes('cluster', 1)
    const end = said(program)
    process.kill(pid, 'SIGTERM')
    expect(await end).toEqual({ code: null, signal: 'SIGTERM' })
    await fleet.waitForNodes('cluster', 0)
    program.child.send('end')
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' })
  })

  it('threads leave with their process', async () => {
    const thread = `import { startQuasar } from '@gravito/quasar'
      import { parentPort } from 'node:worker_threads'
      const quasar = startQuasar()
      await quasar.flush()
      parentPort.postMessage('ready')
      setInterval(() => {}, 1_000)`
    const main = `import { Worker } from 'node:worker_threads'
      new Worker(new URL('./thread.mjs', import.meta.url)).once('message', () => process.send('ready'))`
    const program = await startReady(main, { files: { 'thread.mjs': thread } })
    await fleet.waitForNodes(program.service, 2)
    program.child.kill('SIGTERM')
    expect(await program.ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' })
    await fleet.waitForNodes(program.service, 0)
  })

  it('many recorders, of the ESM and the CJS copy, share a listener, and all leave', async () => {
    const source = `
      import { createRequire } from 'node:module'
      import { startQuasar } from '@gravito/quasar'
      const cjs = createRequire(import.meta.url)('@gravito/quasar')
      const start = (index) => (index % 2 ? startQuasar : cjs.startQuasar)({ service: 'crowd-' + index })
      const all = Array.from({ length: 12 }, (_, index) => start(index))
      await Promise.all(all.map((quasar) => quasar.flush()))
      await all[0].stop()
      process.stdout.write(['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal)).join())
      ${WAIT}`
    const program = await fleet.start(source, { env: { QUASAR_INTERVAL: '600000' } })
    await said(program)
    program.child.kill('SIGTERM')
    expect(await program.ended).toEqual({ code: null, signal: 'SIGTERM', stdout: '1,1', stderr: '' })
    for (let index = 0; index < 12; index++) await fleet.waitForNodes(`crowd-${index}`, 0)
  })
})

const namespaces = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0

/** Sends a signal to the first process of a container. */
async function signalFirst({ child }: Program, signal: NodeJS.Signals): Promise<void> {
  const pid = (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).trim()
  process.kill(Number(pid), signal)
}

describe.runIf(namespaces)('the first process of a container', () => {
  const container = {
    node: 'unshare',
    nodeArgs: ['--pid', '--fork', '--mount-proc', '--kill-child', process.execPath],
  }
  const answer = "process.on('message', () => { process.send(process.pid); process.disconnect(); process.exit(4) })\n"

  it('ignores the signal as it does without Quasar, and its node stays', async () => {
    const [bare, watched] = [await startBare(answer + WAIT, container), await startReady(answer + WAIT, container)]
    for (const program of [bare, watched]) {
      for (const signal of [...SIGNALS, ...SIGNALS]) await signalFirst(program, signal)
    }
    await fleet.waitForNodes(watched.service, 1)
    for (const program of [bare, watched]) {
      const pid = said(program)
      program.child.send('alive?')
      expect(await pid).toBe(1)
      expect(await program.ended).toMatchObject({ code: 4, stderr: '' })
    }
  })

  it('leaves when a listener of the app ends it', async () => {
    const program = await startReady(`process.on('SIGTERM', () => process.exit(3))\n${WAIT}`, container)
    await signalFirst(program, 'SIGTERM')
    expect(await program.ended).toMatchObject({ code: 3, stderr: '' })
    await fleet.waitForNodes(program.service, 0)
  })
})

describe('nothing listens to signals', () => {
  const count = "['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal)).join()"
  const show = `process.stdout.write('listeners: ' + ${count})`
  const start = (options = '') =>
    `import { startQuasar } from '@gravito/quasar'\nstartQuasar(${options})\n${show}\nprocess.exit()`

  it('with the option off', async () => {
    expect(await (await fleet.start(start('{ signals: false }'))).ended).toMatchObject({ stdout: 'listeners: 0,0' })
  })

  it('under node --watch, unless the option is on', async () => {
    for (const [options, listeners] of [
      ['', '0,0'],
      ['{ signals: true }', '1,1'],
    ]) {
      const program = await fleet.start(start(options), { nodeArgs: ['--watch'] })
      let output = ''
      program.child.stdout?.on('data', (chunk) => (output += chunk))
      await vi.waitFor(() => expect(output).toContain(`listeners: ${listeners}`))
      program.child.kill('SIGKILL')
      await program.ended
    }
  })

  it.runIf(spawnSync('script', ['--version']).status === 0)('at a terminal', async () => {
    // `script` runs a command line at a terminal of its own.
    const nodeArgs = ['-c', `MAIN="$0" exec script -qefc '"$NODE" "$MAIN"' /dev/null`]
    const program = await fleet.start(start(), { node: 'sh', nodeArgs, env: { NODE: process.execPath } })
    expect((await program.ended).stdout).toContain('listeners: 0,0')
  })

  it('after the last recorder has stopped', async () => {
    const source = `import { startQuasar } from '@gravito/quasar'\nconst quasar = startQuasar()\nawait quasar.stop()\n${show}`
    expect(await (await fleet.start(source)).ended).toMatchObject({ stdout: 'listeners: 0,0' })
  })
})
