import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeVersions } from '../package/packed.js'
import { extent } from '../support/extent.js'
import { runProgram } from '../support/program.js'
import { startRedis, type TestRedis } from '../support/redis.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

/** Prints whether V8 finds the methods of strings by their place at each `look`, as bits. */
const LOOK =
  "const isFast = new Function('return %HasFastProperties(String.prototype)')\nconst look = () => process.stdout.write(isFast() ? 'fast ' : 'slow ')\n"
const START =
  "const { startQuasar } = await import('@gravito/quasar')\nconst quasar = startQuasar({ logger: false, redis: process.env.QUASAR_REDIS_URL || false })\n"
const LOAD = "await import('ioredis')\n"

const looks = async (node: string, source: string, url = '') => {
  const options = { node, nodeArgs: ['--allow-natives-syntax'], env: { QUASAR_REDIS_URL: url } }
  const { stdout, stderr } = await runProgram(LOOK + source, options)
  expect(stderr).toBe('')
  return stdout.trim().split(' ')
}

const NODES = nodeVersions()

describe.each(extent(NODES, (one) => one === NODES[0] || one === NODES.at(-1)))(
  'the methods of strings on $name',
  ({ path }) => {
    it('are slow after ioredis alone', async () => {
      expect(await looks(path, `look()\n${LOAD}look()`)).toEqual(['fast', 'slow'])
    })

    it('are fast after Quasar was started', async () => {
      expect(await looks(path, `${LOAD}look()\n${START}look()`)).toEqual(['slow', 'fast'])
    })

    it('stay fast when the app loads ioredis later', async () => {
      expect(await looks(path, `${START}${LOAD}look()\nawait quasar.flush()\nlook()`)).toEqual(['fast', 'fast'])
    })

    it('are fast while Quasar itself uses ioredis', async () => {
      expect(await looks(path, `${START}await quasar.flush()\nlook()\nawait quasar.stop()`, redis.url)).toEqual([
        'fast',
      ])
    })

    it('are fast in a thread', async () => {
      const inThread = `
      import { Worker, isMainThread } from 'node:worker_threads'
      if (isMainThread) new Worker(new URL(import.meta.url))
      else { ${LOAD} look()\n ${START} look() }`
      expect(await looks(path, inThread)).toEqual(['slow', 'fast'])
    })
  },
)
