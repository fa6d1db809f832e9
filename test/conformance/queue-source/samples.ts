import { expect, vi } from 'vitest'
import type { QueueSource } from '../../../src/ports/index.js'
import type { JobSummary } from '../../../src/protocol/index.js'
import type { QueueSystem, SampleJob } from '../queue-source.js'

/** Stands in every payload, and nowhere else. */
export const PAYLOAD_MARK = 'payload-mark'
export const NO_SUCH_JOB = 'no/such:job ✗'

export function sample(number: number, changes: Partial<SampleJob> = {}): SampleJob {
  return { id: `job-${number}`, name: 'send-mail', data: { number, note: PAYLOAD_MARK }, ...changes }
}

export function samples(count: number, first = 1): SampleJob[] {
  return Array.from({ length: count }, (_, index) => sample(first + index))
}

/** The reading of one queue. @throws when there is none */
export async function readingOf({ source }: QueueSystem, queue: string) {
  const { queues } = await source.read()
  const found = queues.find(({ name }) => name === queue)
  if (!found) throw new Error(`${queue} is not among ${queues.map(({ name }) => name).join(', ')}`)
  return found
}

export const idsOf = (jobs: readonly JobSummary[]) => jobs.map(({ id }) => id)

/** A method that the capabilities promise. */
export function need<K extends keyof QueueSource>(source: QueueSource, method: K): NonNullable<QueueSource[K]> {
  const found = source[method]
  expect(found, `${String(method)}() is promised`).toBeDefined()
  return found as NonNullable<QueueSource[K]>
}

/** Needed of a system for the cases of this source. */
export function means<K extends keyof QueueSystem>(system: QueueSystem, key: K): NonNullable<QueueSystem[K]> {
  const found = system[key]
  if (!found) throw new Error(`The system under test must have ${key}() for what its source promises`)
  return found
}

/** Waits until the clock shows another time, so that what follows is later. */
export async function laterThan(time: number): Promise<void> {
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(time + 1), { interval: 1 })
}
