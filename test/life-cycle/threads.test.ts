import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { nodeVersions } from '../package/packed.js'
import { extent } from '../support/extent.js'
import { folderOf } from '../support/installed.js'
import { packInto } from '../support/pack.js'
import type { Program } from '../support/program.js'
import { openFleet, said } from './fleet.js'

const fleet = openFleet()
/** The lowest that is supported, and one whose threads tell more of themselves. */
const both = nodeVersions().filter(({ name }) => /^Node (20|24)\./.test(name))
const nodes = extent(both, (one) => one === both[0])
const INTERVAL_MS = 500

beforeAll(() => packInto('pools'))

interface PoolOptions {
  readonly node: string
  readonly library?: string
  readonly service: string
  readonly threads?: number
  readonly idleTimeout?: number
  readonly interval?: number
  readonly env?: NodeJS.ProcessEnv
}

async function startPool({ node, library = 'piscina', service, ...options }: PoolOptions): Promise<Program> {
  const { threads = 4, idleTimeout = 600_000, interval = INTERVAL_MS, env = {} } = options
  const program = await fleet.start('', {
    node,
    entry: join(folderOf('pools'), 'pool.mjs'),
    args: [library, `${threads}`, `${idleTimeout}`],
    env: { QUASAR_SERVICE: service, MAIN_SERVICE: service, QUASAR_INTERVAL: `${interval}`, ...env },
  })
  await said(program)
  return program
}

async function runTasks(program: Program, tasks: number, options: object = {}): Promise<void> {
  program.child.send({ tasks, options })
  await said(program)
}

async function end(program: Program): Promise<void> {
  program.child.send('close')
  expect(await program.ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
}

const threadsOf = async (service: string) =>
  (await fleet.nodesOf(service)).filter(({ heartbeat }) => heartbeat?.instance)
const jobsOf = async (service: string) =>
  Object.fromEntries([...(await fleet.recorded(service)).jobs].map(([name, { count }]) => [name, count]))

describe.each(nodes)('a pool of threads on $name', ({ path: node, name: version }) => {
  const serviceOf = (name: string) => `${name}-on-${version.replaceAll(/\W/g, '')}`

  it.each(['piscina', 'piscina-4', 'tinypool'])('of %s that shrinks leaves no node behind', async (library) => {
    const service = serviceOf(`shrinks-${library}`)
    const program = await startPool({ node, library, service, threads: 5, idleTimeout: 1 })
    await runTasks(program, 5, { waitMs: 1_500 })
    // The thread that stays may be a new one, which has not loaded Quasar.
    await vi.waitFor(async () => expect((await threadsOf(service)).length).toBeLessThanOrEqual(1))
    await end(program)
    expect(await jobsOf(service)).toEqual({ task: 5 })
    expect(await fleet.nodesOf(service)).toEqual([])
  })

  it.each(['piscina', 'piscina-4', 'tinypool'])(
    'of %s reports the last tasks of terminated threads',
    async (library) => {
      const service = serviceOf(`last-${library}`)
      // Piscina 4 loads the task by `require`: Node 20 aborts if a thread that still does so is terminated. One thread has run a task.
      const threads = library === 'piscina-4' ? 1 : 4
      const program = await startPool({ node, library, service, threads, interval: 600_000 })
      await runTasks(program, 40)
      await runTasks(program, 2, { name: 'failing', how: 'throws' })
      await end(program)
      expect(await jobsOf(service)).toEqual({ task: 40, failing: 2 })
      expect((await fleet.exceptions(service)).map(({ message }) => message)).toEqual(['in a task', 'in a task'])
      expect(await fleet.nodesOf(service)).toEqual([])
    },
  )

  it('reports a task after which its thread ends itself', async () => {
    const service = serviceOf('exits')
    const program = await startPool({ node, service, threads: 1, interval: 600_000 })
    await runTasks(program, 1, { how: 'exits', waitMs: 100 })
    await end(program)
    expect(await jobsOf(service)).toEqual({ task: 1 })
    expect(await fleet.nodesOf(service)).toEqual([])
  })

  it('reports tasks while the threads are parked, whose nodes go on with nothing measured', async () => {
    const service = serviceOf('parked')
    const program = await startPool({ node, service, threads: 1 })
    await runTasks(program, 1, { waitMs: 1_500 })
    await runTasks(program, 3)
    await vi.waitFor(async () => expect(await jobsOf(service)).toEqual({ task: 4 }))
    await vi.waitFor(async () => expect((await threadsOf(service))[0]?.heartbeat?.eventLoop).toBeNull())
    const [parked] = await threadsOf(service)
    await vi.waitFor(async () => expect((await threadsOf(service))[0]?.lastBeat).toBeGreaterThan(parked?.lastBeat ?? 0))
    expect(parked?.heartbeat).toMatchObject({ cpu: { process: null }, requests: null, gc: null })
    await end(program)
  })

  let attempts = 0
  // A thread that the machine holds has a delay of its loop: that says nothing of the time that it was parked.
  it('does not call the time that a thread was parked a delay of its loop', { retry: 3 }, async () => {
    attempts += 1
    const service = serviceOf(`woken-${attempts}`)
    const program = await startPool({ node, service, threads: 1 })
    await runTasks(program, 1, { waitMs: 1_500 })
    await vi.waitFor(async () => expect((await threadsOf(service))[0]?.heartbeat?.eventLoop).toBeNull())
    const working = runTasks(program, 1, { waitMs: 2_500 })
    const seen: unknown[] = []
    await vi.waitFor(async () => {
      const loop = (await threadsOf(service))[0]?.heartbeat?.eventLoop
      if (loop) seen.push(loop)
      expect(seen.length).toBeGreaterThan(3)
    })
    await working
    for (const loop of seen as { max: number | null; p99: number | null; utilization: number | null }[]) {
      expect(loop.max ?? 0).toBeLessThan(500)
      expect(loop.p99 ?? 0).toBeLessThan(500)
      expect(loop.utilization ?? 0).toBeLessThan(0.9)
    }
    await end(program)
  })

  it('that belongs to another service than the main thread is reported for as well', async () => {
    const service = serviceOf('other-service')
    const env = { MAIN_SERVICE: `main-of-${service}` }
    const program = await startPool({ node, service, env, interval: 600_000 })
    await runTasks(program, 10)
    await end(program)
    expect(await jobsOf(service)).toEqual({ task: 10 })
    expect(await fleet.nodesOf(service)).toEqual([])
  })

  it('leaves and reports a thread that ends itself, without Quasar in the main thread', async () => {
    const service = serviceOf('alone')
    const program = await startPool({ node, service, threads: 1, interval: 600_000, env: { WATCHED: '' } })
    await runTasks(program, 1, { how: 'exits', waitMs: 5_000 })
    await vi.waitFor(async () => expect(await jobsOf(service)).toEqual({ task: 1 }))
    await vi.waitFor(async () => expect(await fleet.nodesOf(service)).toEqual([]))
    await end(program)
  })

  it('tells the error that a thread crashed of, and the node leaves', async () => {
    const service = serviceOf('crashes')
    const program = await startPool({ node, service, threads: 1, interval: 600_000 })
    await runTasks(program, 1, { how: 'crashes', waitMs: 100 })
    await runTasks(program, 1, { how: 'runs out of memory', name: 'leak' })
    await end(program)
    const kinds = (await fleet.exceptions(service)).map(({ kind, message }) => [kind, message])
    expect(kinds).toContainEqual(['uncaught', 'in a thread'])
    expect(kinds).toContainEqual(['uncaught', expect.stringContaining('memory limit')])
    expect(await fleet.nodesOf(service)).toEqual([])
  })

  it('leaves all nodes where they are when the whole process is killed', async () => {
    const service = serviceOf('killed')
    const program = await startPool({ node, service, threads: 1 })
    await runTasks(program, 1, { waitMs: 1_500 })
    await fleet.waitForNodes(service, 2)
    program.child.kill('SIGKILL')
    await program.ended
    expect(await fleet.nodesOf(service)).toHaveLength(2)
  })
})
