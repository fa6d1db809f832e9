import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { BullJob, WorkerLike } from '../../src/integrations/bullmq/job.js'
import { Payloads } from '../../src/integrations/bullmq/payloads.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

it('holds no job in memory whose end is never heard, as of those that an app takes itself', async () => {
  const make = (stored: { readonly data: string }, id: string) => ({ id, data: JSON.parse(stored.data) })
  const worker = { createJob: make } as unknown as WorkerLike & { createJob: typeof make }
  const payloads = new Payloads(worker)
  const kept = worker.createJob({ data: '{"n":12345678901234567890}' }, '1')
  const lost = new WeakRef(worker.createJob({ data: `{"text":"${'x'.repeat(100_000)}"}` }, '2'))
  for (let tries = 0; tries < 100 && lost.deref(); tries++) {
    await sleep(10)
    collect()
  }
  expect(lost.deref()).toBeUndefined()
  expect(payloads.take(kept as unknown as BullJob)).toEqual({ text: '{"n":12345678901234567890}', isCut: false })
  payloads.close()
})
