import { expect, vi } from 'vitest'
import type { Store } from '../../src/ports/index.js'
import { ask } from '../support/ask.js'
import { exceptions, recordedBy, slowEntries } from '../support/recorded.js'
import type { Row, Runtime } from './cells.js'
import { type RunningApp, type Setup, startApp } from './running-app.js'
import { versionsOf } from './sets.js'

/** Runs an app, uses it, ends it, and looks at what the package's own reader then finds of it. */
export async function checkCell(runtime: Runtime, { app, set }: Row, setup: Setup, reader: Store): Promise<void> {
  const running = await startApp(runtime, set, app, setup)
  try {
    expect(running.runtime).toBe(runtime.version)
    expect(versionsOf(set)).toMatchObject(running.versions)
    await seesTheNode(running, runtime, app.framework, setup.service, reader)
    if (app.kind === 'http') await visitRoutes(running.port ?? 0)
    else await seesTheQueue(setup.service, reader)
    if (app.kind === 'jobs') await seesTheJobs(setup.service, reader)
    expect(await running.end(), running.output()).toBe(0)
  } finally {
    running.kill()
  }
  if (app.kind === 'http') await sawTheRoutes(setup.service, reader)
  await nothingIsLeft(setup.service, reader)
  expect(running.output()).not.toMatch(/Quasar.*(can't|cannot|fail)|warning/i)
}

async function heartbeatOf(service: string, reader: Store) {
  const { nodes } = await reader.nodes()
  return nodes.find((node) => node.service === service)?.heartbeat ?? null
}

async function seesTheNode(
  { pid }: RunningApp,
  { language, version }: Runtime,
  framework: string | null,
  service: string,
  reader: Store,
) {
  await vi.waitFor(async () => {
    const heartbeat = await heartbeatOf(service, reader)
    expect(heartbeat).toMatchObject({
      language,
      version: expect.stringContaining(version),
      pid,
      runtime: { framework },
      memory: { process: { rss: expect.any(Number), heapUsed: expect.any(Number) } },
      cpu: { process: expect.any(Number) },
      eventLoop: { p99: expect.any(Number) },
      recorder: { dropped: 0 },
    })
  })
}

async function visitRoutes(port: number) {
  for (const id of [1, 2, 3]) expect(await ask(port, `/users/${id}`)).toMatchObject({ status: 200 })
  expect((await ask(port, '/fail')).status).toBe(500)
  expect((await ask(port, '/slow')).text).toBe('slow')
  expect((await ask(port, '/nothing/here')).status).toBe(404)
}

async function sawTheRoutes(service: string, reader: Store) {
  const { routes } = await recordedBy(reader, service)
  expect(Object.fromEntries([...routes].map(([key, { count, errors }]) => [key, [count, errors]]))).toEqual({
    'GET /users/:id': [3, 0],
    'GET /fail': [1, 1],
    'GET /slow': [1, 0],
    '(unmatched)': [1, 0],
  })
  const thrown = await exceptions(reader, service)
  expect(thrown.map(({ name, message, route }) => [name, message, route])).toEqual([
    ['OrderError', 'no stock', 'GET /fail'],
  ])
  expect((await slowEntries(reader, service)).map(({ name }) => name)).toContain('GET /slow')
}

async function seesTheJobs(service: string, reader: Store) {
  await vi.waitFor(async () => {
    const jobs = [...(await recordedBy(reader, service)).jobs.values()]
    const sum = (field: 'count' | 'failed') => jobs.reduce((total, job) => total + job[field], 0)
    expect([sum('count'), sum('failed')]).toEqual([4, 1])
    const thrown = await exceptions(reader, service)
    expect(thrown.map(({ name, queue }) => [name, queue])).toEqual([['OrderError', `${service}-mail`]])
  })
}

/** Two jobs wait in a queue that nobody takes from. */
async function seesTheQueue(service: string, reader: Store) {
  await vi.waitFor(async () => {
    const { snapshots } = await reader.queues()
    const queues = snapshots.filter((snapshot) => snapshot.service === service).flatMap((snapshot) => snapshot.queues)
    const later = queues.find(({ name }) => name === `${service}-later`)
    expect(later).toMatchObject({ metrics: { waiting: 2 }, error: null })
  })
}

async function nothingIsLeft(service: string, reader: Store) {
  const { nodes } = await reader.nodes()
  expect(nodes.filter((node) => node.service === service)).toEqual([])
}
