import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { type Outcome, runProgram, startProgram } from '../support/program.js'
import { exceptions, recordedBy } from '../support/recorded.js'
import { freePort, startRedis, type TestRedis } from '../support/redis.js'

let redis: TestRedis
const service = { QUASAR_SERVICE: 'app' }

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

/** The same program with Quasar and without: what the app does must be the same. */
async function compare(body: string, env: NodeJS.ProcessEnv = {}): Promise<{ bare: Outcome; watched: Outcome }> {
  const start =
    "import { startQuasar } from '@gravito/quasar'\nconst quasar = startQuasar({ interval: 100, logger: false })\n"
  const [bare, watched] = await Promise.all([
    runProgram(`\n\n${body}`, { env }),
    runProgram(start + body, { env: { ...service, QUASAR_REDIS_URL: redis.url, ...env } }),
  ])
  return { bare, watched }
}

async function withStore<T>(prefix: string, use: (store: ReturnType<typeof redisStore>) => Promise<T>): Promise<T> {
  const store = redisStore({ redis: redis.url, prefix })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

describe('a process with Quasar ends as it does without', () => {
  it.each([
    ['by itself, with stop() forgotten', "process.stdout.write('done')"],
    ['by process.exit', 'setTimeout(() => process.exit(7), 300)'],
    ['by an uncaught exception', "setTimeout(() => { throw new Error('boom') }, 300)"],
    ['by an unhandled rejection', "setTimeout(() => Promise.reject(new Error('rejected')), 300)"],
    ['by a thrown value that is no error', 'setTimeout(() => { throw null }, 300)'],
    [
      'with a handler of its own',
      "process.on('uncaughtException', (e) => { process.stdout.write(e.message); process.exit(3) }); setTimeout(() => { throw new Error('own') }, 200)",
    ],
    ['when a top-level await never ends', 'await new Promise(() => {})'],
    ['by SIGTERM', "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 5000)"],
  ])('%s', async (_how, body) => {
    const { bare, watched } = await compare(body)
    expect(watched).toEqual(bare)
  })

  it('also when Redis is not there, does not answer or wants a password', async () => {
    const silent = await silentServer()
    const locked = await startRedis({ args: ['--requirepass', 'secret'] })
    const body = "setTimeout(() => process.stdout.write('done'), 500)"
    try {
      for (const url of [
        `redis://127.0.0.1:${await freePort()}`,
        silent.url,
        `redis://:wrong@127.0.0.1:${locked.port}`,
        'redis://no-such-host.invalid',
      ]) {
        const { bare, watched } = await compare(body, { QUASAR_REDIS_URL: url })
        expect(watched).toEqual(bare)
      }
    } finally {
      silent.close()
      await locked.stop()
    }
  })
})

describe('what is known at the end arrives', () => {
  it('when nothing holds the process any more, and the node says good-bye', async () => {
    const { code } = await runProgram(
      `import { startQuasar } from '@gravito/quasar'
       const quasar = startQuasar({ prefix: 'end:', logger: false })
       quasar.run('import', () => 1)
       quasar.captureException(new Error('noticed'))`,
      { env: { ...service, QUASAR_REDIS_URL: redis.url } },
    )
    expect(code).toBe(0)
    await withStore('end:', async (store) => {
      expect((await recordedBy(store, 'app')).jobs.get('import')?.count).toBe(1)
      expect((await exceptions(store, 'app')).map((record) => record.message)).toEqual(['noticed'])
      expect((await store.nodes()).nodes).toEqual([])
    })
  })

  it('when an exception kills the process: the exception itself, and the node is lost, not gone', async () => {
    const { code } = await runProgram(
      `import { startQuasar } from '@gravito/quasar'
       const quasar = startQuasar({ prefix: 'crash:', interval: 100, logger: false })
       quasar.run('import', () => 1)
       const wait = setInterval(() => { if (quasar.status().lastReportAt) { clearInterval(wait); null.fatal } }, 20)`,
      { env: { ...service, QUASAR_REDIS_URL: redis.url } },
    )
    expect(code).toBe(1)
    await withStore('crash:', async (store) => {
      await vi.waitFor(async () =>
        expect(await exceptions(store, 'app')).toMatchObject([{ kind: 'uncaught', name: 'TypeError', handled: false }]),
      )
      expect((await store.nodes()).nodes).toHaveLength(1)
    })
  })

  it('with stop(), awaited at the top level', async () => {
    const { code } = await runProgram(
      `import { startQuasar } from '@gravito/quasar'
       const quasar = startQuasar({ prefix: 'stop:', interval: 100, logger: false })
       await quasar.flush()
       quasar.run('last', () => 1)
       await quasar.stop()
       await quasar.stop()`,
      { env: { ...service, QUASAR_REDIS_URL: redis.url } },
    )
    expect(code).toBe(0)
    await withStore('stop:', async (store) => {
      expect((await recordedBy(store, 'app')).jobs.get('last')?.count).toBe(1)
      expect((await store.nodes()).nodes).toEqual([])
    })
  })
})

describe('many recorders in one process', () => {
  it('listen once, leave nothing behind, and each says good-bye', async () => {
    const { stderr, stdout, code } = await runProgram(
      `import { startQuasar } from '@gravito/quasar'
       const before = process.listenerCount('beforeExit') + process.listenerCount('uncaughtExceptionMonitor')
       const all = Array.from({ length: 15 }, (_, i) => startQuasar({ service: 'many-' + i, prefix: 'many:', logger: false }))
       await Promise.all(all.map((quasar) => quasar.flush()))
       await Promise.all(all.slice(5).map((quasar) => quasar.stop()))
       const during = process.listenerCount('beforeExit') + process.listenerCount('uncaughtExceptionMonitor')
       process.stdout.write(String(during - before))`,
      { env: { QUASAR_REDIS_URL: redis.url } },
    )
    expect({ stderr, stdout, code }).toEqual({ stderr: '', stdout: '2', code: 0 })
    await withStore('many:', async (store) => expect((await store.nodes()).nodes).toEqual([]))
  })
})

describe('Redis that goes and comes back', () => {
  it('costs one line each, and what waited arrives', async () => {
    const own = await startRedis()
    const program = await startProgram(
      `import { startQuasar } from '@gravito/quasar'
       const quasar = startQuasar({ interval: 100 })
       process.on('message', (message) => {
         if (message === 'work') quasar.run('during', () => 1)
         if (message === 'stop') quasar.stop().then(() => process.disconnect())
         process.send(quasar.status())
       })`,
      { env: { ...service, QUASAR_REDIS_URL: own.url } },
    )
    const ask = async (message: string) => {
      program.child.send(message)
      return (await once(program.child, 'message'))[0] as { error: string | null; lastReportAt: number | null }
    }
    await vi.waitFor(async () => expect((await ask('status')).lastReportAt).not.toBeNull(), { timeout: 5_000 })
    await own.kill()
    await vi.waitFor(async () => expect((await ask('status')).error).not.toBeNull(), { timeout: 10_000 })
    await ask('work')
    const again = await startRedis({ port: own.port })
    const store = redisStore({ redis: again.url })
    try {
      await vi.waitFor(async () => expect((await recordedBy(store, 'app')).jobs.get('during')?.count).toBe(1), {
        timeout: 10_000,
      })
      await vi.waitFor(async () => expect((await ask('status')).error).toBeNull(), { timeout: 10_000 })
      await ask('stop')
      const { stdout, stderr, code } = await program.ended
      expect(code).toBe(0)
      expect(stderr.match(/^Quasar: /gm)).toHaveLength(1)
      expect(stdout.match(/^Quasar: reports are written again/gm)).toHaveLength(1)
    } finally {
      await store.close()
      await again.stop()
    }
  })
})

describe('two copies of the package', () => {
  it('loaded as ESM and as CJS share one recorder', async () => {
    const { stdout } = await runProgram(
      `import { createRequire } from 'node:module'
       import { startQuasar } from '@gravito/quasar'
       const cjs = createRequire(import.meta.url)('@gravito/quasar')
       const [a, b] = [startQuasar({ service: 'x' }), cjs.startQuasar({ service: 'x' })]
       process.stdout.write(String(a.status().node === b.status().node && cjs.startQuasar !== startQuasar))`,
    )
    expect(stdout).toBe('true')
  })
})

/** Takes connections and never says a word. */
async function silentServer() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => void sockets.add(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `redis://127.0.0.1:${port}`,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
