import type { ChildProcess } from 'node:child_process'
import type { Queue } from 'bullmq'
import { expect, vi } from 'vitest'
import type { BulkOperation, BulkResult, JobSelection } from '../../../../../src/api/bulk.js'
import type { Listing } from '../../../../../src/api/part.js'
import type { QueueView } from '../../../../../src/api/queues.js'
import type { AuditEntry } from '../../../../../src/protocol/index.js'
import { quasar } from '../../../../cli/command.js'
import { cookieBy, linkOf } from '../../../../cli/link.js'
import { ask } from '../../../support/http.js'

const PATIENCE = { timeout: 120_000, interval: 25 }

/** A Zenith that is a process of its own, as people start it. */
export interface ZenithProcess {
  readonly child: ChildProcess
  get<T>(path: string): Promise<{ status: number; body: T }>
  post<T>(path: string, body?: unknown): Promise<{ status: number; body: T }>
  keyOf(queue: string): Promise<string>
  /** A dry run that has ended. */
  counted(selection: Partial<JobSelection> & Pick<JobSelection, 'queues'>, action?: string): Promise<BulkOperation>
  reached(id: string, ...phases: string[]): Promise<BulkOperation>
}

export interface ZenithAsked {
  /** Where it keeps what is its own. */
  readonly store: string
  /** @default the same */
  readonly queues?: string
  /** How far its clock is off, ms. */
  readonly off?: number
}

export async function zenithProcess({ store, queues = store, off = 0 }: ZenithAsked): Promise<ZenithProcess> {
  const env = {
    QUASAR_REDIS_URL: store,
    QUASAR_ZENITH_INTERVAL: '100',
    ...(off !== 0 && { NODE_OPTIONS: `--import ${clockOff(off)}` }),
  }
  const { child, said } = quasar(['zenith', '--port', '0', '--queues', 'bullmq', '--queues-redis', queues], {
    env,
  })
  const url = (await said(/Zenith is at (\S+)/)).replace(/\/$/, '')
  const cookie = await cookieBy(await linkOf({ said }))
  const { token } = (await ask(`${url}/api/session`, { headers: { cookie } })).json() as { token: string }
  const headers = { 'content-type': 'application/json', 'x-zenith-token': token, cookie }
  const get = async <T>(path: string) => {
    const { status, json } = await ask(`${url}/api/${path}`, { headers: { cookie } })
    return { status, body: json() as T }
  }
  const post = async <T>(path: string, body: unknown = {}) => {
    const answer = await ask(`${url}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: answer.status, body: answer.json() as T }
  }
  const reached = (id: string, ...phases: string[]) =>
    vi.waitFor(async () => {
      const { body } = await get<BulkOperation>(`bulk/${id}`)
      expect(phases).toContain(body.phase)
      return body
    }, PATIENCE)
  return {
    child,
    get,
    post,
    reached,
    keyOf: (name) =>
      vi.waitFor(async () => {
        const { body } = await get<{ items: QueueView[] }>('queues')
        const found = body.items.find((queue) => queue.name === name)
        if (!found) throw new Error(`There is no queue ${name}`)
        return found.key
      }, PATIENCE),
    async counted(selection, action = 'remove') {
      const nothing = { ids: null, name: null, fingerprint: null, text: null }
      const asked = { action, selection: { state: 'waiting', ...nothing, ...selection } }
      for (;;) {
        const { status, body } = await post<BulkOperation>('bulk', asked)
        expect({ status, body }).toMatchObject({ status: 201 })
        const counted = await reached(body.id, 'ready', 'failed')
        // A machine that is held may be late for an answer of the queue, which ends a dry run.
        if (counted.phase === 'ready' || !counted.error?.includes('in time')) return counted
      }
    },
  }
}

/** A module that sets the clock of the process that imports it, as a URL. */
function clockOff(off: number): string {
  const source = `const Real = Date
    const now = () => Real.now() + ${off}
    globalThis.Date = class Date extends Real {
      constructor(...args) { super(...(args.length === 0 ? [now()] : args)) }
      static now() { return now() }
    }`
  return `data:text/javascript,${encodeURIComponent(source)}`
}

export function addJobs(queue: Queue, count: number, from = 0): Promise<unknown> {
  const jobs = Array.from({ length: count }, (_, index) => ({
    name: 'send',
    data: {},
    opts: { jobId: `job-${from + index}` },
  }))
  return queue.addBulk(jobs)
}

/** Ends a Zenith as the kernel does when memory is short. */
export async function kill({ child }: ZenithProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

/** Runs cases at the same time: most of theirs is that after which a silent Zenith is taken for gone. Names those that fail. */
export async function atOnce(cases: Readonly<Record<string, () => Promise<void>>>): Promise<void> {
  const names = Object.keys(cases)
  const results = await Promise.allSettled(Object.values(cases).map((run) => run()))
  const failed = results.flatMap((result, index) =>
    result.status === 'rejected' ? [`${names[index]}: ${result.reason?.stack ?? result.reason}`] : [],
  )
  if (failed.length > 0) throw new Error(failed.join('\n\n'))
}

export function sumOf({ skipped }: BulkOperation): number {
  return skipped.reduce((sum, { count }) => sum + count, 0)
}

/** The outcomes of all jobs, as often as each is told of. */
export async function outcomesOf(zenith: ZenithProcess, id: string): Promise<BulkResult[]> {
  const items: BulkResult[] = []
  for (;;) {
    const path = `bulk/${id}/results?limit=1000&offset=${items.length}`
    const { status, body } = await zenith.get<Listing<BulkResult>>(path)
    expect(status).toBe(200)
    items.push(...body.items)
    if (body.items.length === 0) return items
  }
}

/** The audit trail of one operation, oldest first. */
export async function trailOf(zenith: ZenithProcess, operation: string): Promise<AuditEntry[]> {
  const { body } = await zenith.get<{ items: AuditEntry[] }>('audit?limit=100')
  return body.items.filter((entry) => entry.operation === operation).reverse()
}
