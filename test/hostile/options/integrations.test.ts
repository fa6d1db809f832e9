import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RECORDER_CHECKS } from '../../../src/core/options/recorder-options.js'
import { isQuasarError } from '../../../src/index.js'
import { monitorQueue, monitorWorker } from '../../../src/integrations/bullmq/index.js'
import { QuasarModule, ZenithModule } from '../../../src/integrations/nest/index.js'
import { createZenith } from '../../../src/runtime/create-zenith.js'
import { startQuasar } from '../../../src/runtime/start-quasar.js'
import { withEnv } from '../../zenith/support/serve.js'
import { oddNumber, oddText, runs } from '../support/fuzz.js'

const SECRET = 'hunter2-of-the-url'

/** Whatever is read of it throws. */
const hostile = new Proxy(
  {},
  {
    get() {
      throw new TypeError(`redis://user:${SECRET}@host`)
    },
    ownKeys() {
      throw new TypeError(SECRET)
    },
  },
)
/** Stands for it in an example: whoever prints one reads it. */
const HOSTILE = Symbol('hostile')
const odd = fc.oneof(
  oddText,
  oddNumber,
  fc.anything({ withNullPrototype: true, withMap: true, withDate: true, withBigInt: true }),
  fc.constantFrom(HOSTILE, Symbol('s'), `redis://user:${SECRET}@[`, `http://x:${SECRET}@y`),
)

interface Recipe {
  readonly values: readonly (readonly [string, unknown])[]
  /** Which of them is a getter that throws. */
  readonly thrower: string | null
}

/** Options of which some have a name that there is. */
function options(names: readonly string[]): fc.Arbitrary<Recipe> {
  const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: oddText })
  return fc.record({ values: fc.array(fc.tuple(name, odd), { maxLength: 4 }), thrower: fc.option(name) })
}

const made = (value: unknown) => (value === HOSTILE ? hostile : value)

function built({ values, thrower }: Recipe): object {
  const object = Object.fromEntries(values.map(([name, value]) => [name, made(value)]))
  if (thrower === null) return object
  const get = () => {
    throw new RangeError(SECRET)
  }
  return Object.defineProperty(object, thrower, { get, enumerable: true, configurable: true })
}

/** What an app is told: Quasar's own error, which names what is wrong, and no secret. */
function expectTold(error: unknown): void {
  expect(isQuasarError(error), String(error)).toBe(true)
  const { message } = error as Error
  expect(message).toMatch(/^Quasar: .*(option|takes|QUASAR_\w+)/)
  expect(message).not.toContain(SECRET)
}

async function attempt(make: () => Promise<{ stop?(): unknown; close?(): unknown }>): Promise<void> {
  const running = await make().catch(expectTold)
  await (running?.stop ?? running?.close)?.call(running)
}

const messageOf = (make: () => unknown) => {
  try {
    make()
  } catch (error) {
    return (error as Error).message
  }
  return null
}

describe('whatever it is given, Quasar names it or works', () => {
  const names = [...Object.keys(RECORDER_CHECKS), 'monitorQueues']
  const nest = (module: object) =>
    NestFactory.createApplicationContext(module as never, { logger: false, abortOnError: false })

  it('QuasarModule', async () => {
    await fc.assert(
      fc.asyncProperty(options(names), (given) =>
        // Nest itself reads what it is given at once.
        attempt(async () => nest(QuasarModule.forRoot(built({ ...given, thrower: null }) as never))),
      ),
      runs(150),
    )
  })

  it('QuasarModule.forRootAsync', async () => {
    await fc.assert(
      fc.asyncProperty(options(names), (given) =>
        attempt(async () => nest(QuasarModule.forRootAsync({ useFactory: () => built(given) as never }))),
      ),
      runs(100),
    )
  })

  it('ZenithModule', async () => {
    const own = 'path prefix redis store auth interval slow queues readOnly payloads requireToken'.split(' ')
    await fc.assert(
      fc.asyncProperty(options(own), (given) =>
        attempt(async () => nest(ZenithModule.forRootAsync({ useFactory: () => built(given) as never }))),
      ),
      runs(100),
    )
  })

  it.each([
    ['monitorWorker', monitorWorker as (one: never, given: never) => { stop(): Promise<void> }],
    ['monitorQueue', monitorQueue as (one: never, given: never) => { stop(): Promise<void> }],
  ])('%s', async (_, monitor) => {
    const like = options('name opts on once off close add client keys'.split(' '))
    await fc.assert(
      fc.asyncProperty(odd, like, options(Object.keys(RECORDER_CHECKS)), fc.nat(2), (plain, parts, settings, way) =>
        attempt(async () => {
          const target =
            way === 0
              ? made(plain)
              : { name: 'mail', opts: {}, add() {}, on() {}, ...built({ ...parts, thrower: null }) }
          const given = way === 2 ? built(settings) : { redis: false, logger: false }
          return monitor(target as never, given as never)
        }),
      ),
      runs(200),
    )
  })

  it('a client of Redis, or options of it, that are none', async () => {
    await fc.assert(
      fc.asyncProperty(odd, (redis) =>
        attempt(async () => startQuasar({ redis: made(redis), logger: false } as never)),
      ),
      runs(200),
    )
  })
})

it.each(['pulse', 'a b', 'x'.repeat(300)])(
  'a QUASAR_PREFIX of %j is an error of a recorder and of Zenith, in the same words',
  async (prefix) => {
    const told = await withEnv('QUASAR_PREFIX', prefix, () =>
      [() => startQuasar({ redis: false }), () => createZenith({ redis: false })].map(messageOf),
    )
    expect(told[0]).toMatch(/^Quasar: QUASAR_PREFIX takes /)
    expect(told[1]).toBe(told[0])
  },
)
