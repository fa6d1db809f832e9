import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readOptions } from '../../../src/cli/arguments/options.js'
import { settingsOf, ZENITH_OPTIONS } from '../../../src/cli/commands/zenith-options.js'
import { resolveOptions } from '../../../src/core/options/options.js'
import { RECORDER_CHECKS } from '../../../src/core/options/recorder-options.js'
import { isQuasarError } from '../../../src/index.js'
import { bullQueues } from '../../../src/queues/bull/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../../src/queues/gravito-stream/index.js'
import { laravelQueues } from '../../../src/queues/laravel/index.js'
import { redisListQueues } from '../../../src/queues/redis-list/index.js'
import { sqsQueues } from '../../../src/queues/sqs/index.js'
import { createZenith } from '../../../src/runtime/create-zenith.js'
import { isPolluted, oddNumber, oddText, runs } from '../support/fuzz.js'

const value = fc.oneof(
  oddText,
  oddNumber,
  fc.anything({ withNullPrototype: true, withSparseArray: true, withMap: true, withDate: true, withBigInt: true }),
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    undefined,
    Symbol('s'),
    () => null,
    /x/g,
    new Date(Number.NaN),
  ),
)

/** Options of which some have a name that there is. */
function options(names: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: oddText })
  return fc.array(fc.tuple(name, value), { maxLength: 4 }).map(Object.fromEntries)
}

/** What an app is told: Quasar's own error, which names the option. */
function attempt<T>(make: () => T): T | null {
  try {
    return make()
  } catch (error) {
    if (!isQuasarError(error) || !/option|takes|QUASAR_\w+/.test(error.message)) throw error
    return null
  }
}

describe('whatever the options are, they are resolved whole or one is named', () => {
  it('of a recorder', () => {
    const environment = fc.dictionary(
      fc.constantFrom('QUASAR_SERVICE', 'QUASAR_ENVIRONMENT', 'QUASAR_PREFIX', 'QUASAR_INTERVAL', 'NODE_ENV'),
      fc.oneof(oddText, oddNumber.map(String)),
    )
    fc.assert(
      fc.property(options(Object.keys(RECORDER_CHECKS)), environment, (given, env) => {
        const resolved = attempt(() => resolveOptions(given as never, env))
        if (!resolved) return
        expect(resolved.interval).toBeGreaterThanOrEqual(100)
        expect(resolved.interval).toBeLessThanOrEqual(3_600_000)
        expect(resolved.service).not.toBe('')
        expect(resolved.prefix).toMatch(/.:$/)
        expect(resolved.slowRequest('GET /x')).toBeGreaterThanOrEqual(0)
        expect(resolved.slowJob('x')).toBeGreaterThanOrEqual(0)
        if (![given.ignore].flat().some((rule) => typeof rule === 'function')) {
          expect([undefined, true, false]).toContain(resolved.ignore?.('/x'))
        }
        for (const entry of Object.values(resolved)) expect(entry).not.toBeUndefined()
      }),
      runs(1_500),
    )
    expect(isPolluted()).toBe(false)
  })

  it('of Zenith', async () => {
    const names = [
      'prefix',
      'auth',
      'basePath',
      'interval',
      'slow',
      'queues',
      'readOnly',
      'payloads',
      'logger',
      'store',
    ]
    await fc.assert(
      fc.asyncProperty(options(names), async (given) => {
        const zenith = attempt(() => createZenith({ redis: false, ...given } as never))
        await zenith?.close()
      }),
      runs(500),
    )
  })

  it.each<[string, (given: never) => { close?(): Promise<void> }, readonly string[]]>([
    ['BullMQ', bullmqQueues, ['connection', 'prefix', 'queues', 'bullmq']],
    ['Bull', bullQueues, ['redis', 'prefix', 'queues', 'bull']],
    ['Gravito Stream', gravitoStreamQueues, ['redis', 'prefix', 'queues', 'heartbeats', 'scanEvery']],
    ['Laravel', laravelQueues, ['redis', 'prefix', 'horizonPrefix', 'queues']],
    ['Redis lists', redisListQueues, ['redis', 'prefix', 'queues']],
    ['SQS', sqsQueues, ['client', 'region', 'queues', 'pollEvery']],
  ])('of the queues of %s', async (_, make, names) => {
    await fc.assert(
      fc.asyncProperty(options(names), async (given) => {
        try {
          await make(given as never).close?.()
        } catch (error) {
          expect(error).toMatchObject({ message: expect.stringMatching(/takes|expected a URL|needs|has no option/) })
          expect(['TypeError', 'RangeError', 'SyntaxError']).not.toContain((error as Error).name)
        }
      }),
      runs(300),
    )
  })

  it("of the command line: what is wrong ends it with the exit code 2, and Quasar's words", () => {
    const flags = Object.keys(ZENITH_OPTIONS).map((name) => `--${name}`)
    const word = fc.oneof(fc.constantFrom(...flags, ...flags.map((flag) => `${flag}=`), '-h', '--', '-x'), oddText)
    const environment = fc.dictionary(
      fc.constantFrom('REDIS_URL', ...Object.values(ZENITH_OPTIONS).map(({ env }) => env)),
      oddText,
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), environment, (args, env) => {
        try {
          const { isHelp, values } = readOptions(args, ZENITH_OPTIONS, env)
          if (!isHelp) expect(settingsOf(values, env).port).toBeGreaterThanOrEqual(0)
        } catch (error) {
          expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(/./) })
        }
      }),
      runs(1_000),
    )
  })
})
