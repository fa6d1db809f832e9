import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { ensureBuilt } from '../support/pack.js'
import { exceptions, recordedBy } from '../support/recorded.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { runtimeProgram } from '../support/runtimes.js'

const PROGRAM = `
import { startQuasar } from '@gravito/quasar'
const [redis, service] = process.argv.slice(2)
const quasar = startQuasar({ redis, service, logger: false, interval: 100 })
await quasar.flush()
quasar.run('work', () => { const until = Date.now() + 100; while (Date.now() < until); })
quasar.captureException(new Error('told'))
await new Promise((done) => setTimeout(done, 600))
await quasar.flush()
process.stdout.write('done')
// A process that fails doesn't leave: its last heartbeat stays.
process.exit(1)`

let redis: TestRedis
let folder: string
beforeAll(async () => {
  await ensureBuilt()
  redis = await startRedis()
  folder = await mkdtemp(join(process.cwd(), 'dist', 'program-'))
  await writeFile(join(folder, 'main.mjs'), PROGRAM)
})
afterAll(async () => {
  await redis?.stop()
  await rm(folder, { recursive: true, force: true })
})

const deno = (...permissions: string[]) => ['deno', 'run', '--no-prompt', ...permissions] as const

it.each([
  ['bun', ['bun']],
  ['deno', deno('-A')],
  ['deno-without-permissions', deno('--allow-net', '--allow-env')],
] as const)('%s reports, and what the runtime lacks is null', async (service, [runtime, ...args]) => {
  const run = promisify(execFile)
  const { stdout, stderr } = await run(
    runtimeProgram(runtime),
    [...args, join(folder, 'main.mjs'), redis.url, service],
    {
      timeout: 120_000,
    },
  ).catch((failure: { stdout: string; stderr: string }) => failure)
  expect({ stdout, stderr }).toEqual({ stdout: 'done', stderr: '' })
  const store = redisStore({ redis: redis.url })
  try {
    expect((await recordedBy(store, service)).jobs.get('work')?.count).toBe(1)
    expect(await exceptions(store, service)).toMatchObject([{ message: 'told' }])
    const node = (await store.nodes()).nodes.find(({ heartbeat }) => heartbeat?.service === service)?.heartbeat
    expect(node?.eventLoop).toMatchObject({ utilization: null, max: null })
    expect(node?.gc).toBeNull()
    if (service === 'bun') expect(node?.memory.process.heapLimit).toBeNull()
  } finally {
    await store.close()
  }
})
