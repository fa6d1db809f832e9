import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { type Outcome, type ProgramOptions, runProgram } from '../support/program.js'
import { exceptions, recordedBy, slowEntries } from '../support/recorded.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { DENO_FLAGS, type OtherRuntime, runtimeProgram } from '../support/runtimes.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

const START = `import { startQuasar } from '@gravito/quasar'
const quasar = startQuasar({ interval: 60_000, logger: false, slow: 1 })
await quasar.flush()
quasar.run('last', () => { const until = Date.now() + 5; while (Date.now() < until); })
`
const BARE = '\n\n\n\n'

let number = 0
async function compare(body: string, options: ProgramOptions = {}): Promise<{ outcome: Outcome; service: string }> {
  number += 1
  const service = `app-${number}`
  const env = { QUASAR_REDIS_URL: redis.url, QUASAR_SERVICE: service }
  const [bare, watched] = await Promise.all([
    runProgram(BARE + body, options),
    runProgram(START + body, { ...options, env: { ...env, ...options.env } }),
  ])
  expect(withoutIds(watched)).toEqual(withoutIds(bare))
  return { outcome: watched, service }
}

/** Nor with the source around an error, which Bun shows. */
function withoutIds(outcome: Outcome): Outcome {
  const stderr = outcome.stderr.replace(/\(node:\d+\)/g, '').replace(/^ +at .*\n/gm, '')
  return { ...outcome, stderr: stderr.replace(/^ *(\d+ \|.*|\^+)?\n/gm, '') }
}

const REJECT = "setTimeout(() => Promise.reject(new TypeError('rejected')), 50)"
const THROW = "setTimeout(() => { throw new TypeError('rejected') }, 50)"
const ON = "process.on('unhandledRejection'"

describe('an app that ends by itself after an error: the error and the last interval arrive', () => {
  it.each([
    ['a listener on unhandledRejection that exits', `${ON}, () => process.exit(3)); ${REJECT}`],
    [
      'a listener added before Quasar',
      `process.prependListener('unhandledRejection', () => process.exit(3)); ${REJECT}`,
    ],
    ['one that is called once', `process.once('unhandledRejection', () => process.exit(3)); ${REJECT}`],
    [
      'an async one',
      `${ON}, async () => { await new Promise((done) => setTimeout(done, 50)); process.exit(3) }); ${REJECT}`,
    ],
    ['one that sets the code only', `${ON}, () => { process.exitCode = 3 }); ${REJECT}`],
    ['one that throws', `${ON}, (error) => { throw error }); ${REJECT}`],
    [
      'one that ends the process by a signal',
      // Nothing can hold this one back until the report is written.
      `${ON}, () => setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1_500)); ${REJECT}`,
    ],
    ['a listener on uncaughtException that exits', `process.on('uncaughtException', () => process.exit(3)); ${THROW}`],
    [
      'an async one on uncaughtException',
      `process.on('uncaughtException', async () => { await null; process.exit(3) }); ${THROW}`,
    ],
    [
      'a listener on uncaughtException, and a rejection',
      `process.on('uncaughtException', () => process.exit(3)); ${REJECT}`,
    ],
    ['no listener', REJECT],
  ])('%s', async (_how, body) => {
    const { service } = await compare(body)
    await arrived(service)
    const store = redisStore({ redis: redis.url })
    const found = await exceptions(store, service)
    await store.close()
    expect(found).toMatchObject([{ kind: 'uncaught', name: 'TypeError', message: 'rejected', handled: false }])
  })
})

const LATER = `${REJECT}; setTimeout(() => process.exit(4), 500)`
const optionsOf = (runtime: OtherRuntime) => ({
  node: runtimeProgram(runtime),
  nodeArgs: runtime === 'deno' ? DENO_FLAGS : [],
})

it.each([
  ['exits', `${ON}, () => process.exit(3)); ${LATER}`],
  ['exits later', `${ON}, async () => { await null; process.exit(3) }); ${LATER}`],
  ['is called once, and first', `process.prependOnceListener('unhandledRejection', () => {}); ${LATER}`],
  ['goes on', `${ON}, () => {}); ${LATER}`],
])('an app on Deno tells of a rejection that a listener of its own is for: one that %s', async (_how, body) => {
  const { service } = await compare(body, optionsOf('deno'))
  await arrived(service)
  const store = redisStore({ redis: redis.url })
  const found = await exceptions(store, service)
  await store.close()
  expect(found).toMatchObject([{ kind: 'uncaught', name: 'TypeError', message: 'rejected', handled: false }])
})

describe.each<OtherRuntime>(['bun', 'deno'])('an app on %s goes on or ends as it does without Quasar', (runtime) => {
  it.each([
    ['exits', `${ON}, () => process.exit(3)); ${LATER}`],
    ['is removed', `const on = () => process.exit(3); ${ON}, on); process.off('unhandledRejection', on); ${LATER}`],
    ['never was', LATER],
  ])('when its listener for rejections %s', async (_how, body) => {
    await compare(body, optionsOf(runtime))
  })
})

it.each([
  ['process.exit', 'setTimeout(() => process.exit(5), 50)'],
  ['process.exit in the same turn', 'process.exit(5)'],
  ['process.exit in beforeExit', "process.on('beforeExit', () => process.exit(5))"],
  ['process.exit in an exit listener', "process.on('exit', () => process.exit(5)); setTimeout(() => {}, 50)"],
  ['nothing to do', ''],
])('the last interval and its slow entry arrive after %s', async (_how, body) => {
  const { service } = await compare(body)
  await arrived(service)
})

async function arrived(service: string): Promise<void> {
  const store = redisStore({ redis: redis.url })
  try {
    await vi.waitFor(async () => expect((await recordedBy(store, service)).jobs.get('last')?.count).toBe(1))
    expect(await slowEntries(store, service)).toHaveLength(1)
  } finally {
    await store.close()
  }
}

describe('a rejection does what it does without Quasar', () => {
  it.each(['throw', 'strict', 'warn', 'none', 'warn-with-error-code'])(
    'with --unhandled-rejections=%s',
    async (mode) => {
      const nodeArgs = [`--unhandled-rejections=${mode}`]
      await compare(REJECT, { nodeArgs })
      await compare(`${ON}, (error, promise) => console.log(error.message, promise instanceof Promise)); ${REJECT}`, {
        nodeArgs,
      })
    },
  )

  it('and listeners are those of the app, before and after', async () => {
    const names = JSON.stringify([
      'unhandledRejection',
      'rejectionHandled',
      'uncaughtException',
      'newListener',
      'removeListener',
    ])
    const count = `console.log(...${names}.map((name) => process.listenerCount(name)));`
    const { outcome } = await compare(
      `${count} ${ON}, () => {}); ${count} process.removeAllListeners('unhandledRejection'); ${count} ${REJECT}`,
    )
    expect(outcome.code).toBe(1)
  })

  it('also where another library wraps process.emit before and after', async () => {
    const wrap = (name: string) =>
      `{ const { emit } = process; process.emit = function (...args) { if (args[0] === 'unhandledRejection') console.log('${name}'); return emit.apply(this, args) } };`
    const { service } = await compare(`${wrap('outer')} ${ON}, () => process.exit(3)); ${REJECT}`)
    await arrived(service)
  })

  it('and what was added to the process is gone after stop', async () => {
    const outcome = await runProgram(
      `const { startQuasar } = await import('@gravito/quasar')
       const { emit } = process
       const before = process.listenerCount('exit')
       const quasar = startQuasar({ logger: false })
       await quasar.stop()
       const again = startQuasar({ logger: false })
       await again.stop()
       process.stdout.write([process.emit === emit, Object.hasOwn(process, 'emit'), process.listenerCount('exit') - before].join())`,
      { env: { QUASAR_REDIS_URL: redis.url } },
    )
    expect(outcome).toMatchObject({ code: 0, stdout: 'true,false,0' })
  })
})

it('an app that goes on after many rejections has them in its records, and answers as before', async () => {
  const { service } = await compare(
    `let seen = 0; ${ON}, () => { seen += 1 })
     for (let i = 0; i < 500; i++) Promise.reject(new Error('many'))
     setTimeout(() => { console.log(seen); process.exit(0) }, 200)`,
  )
  await arrived(service)
})
