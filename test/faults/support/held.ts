import { expect, vi } from 'vitest'
import { exceptions, recordedBy } from '../../support/recorded.js'
import type { Child } from './child.js'
import type { Fault } from './table.js'
import { type Answer, ORDINARY, type Question } from './traffic.js'
import type { World } from './world.js'

/** An app, and the way to ask it. */
export interface App {
  readonly child: Child
  ask(questions: readonly Question[]): Promise<Answer[]>
}

/** What one framework's faults are tried with. */
export interface Bench {
  readonly world: World
  readonly service: string
  readonly app: App
  /** The same app without Quasar. */
  readonly bare: App
  /** How much was asked so far of what Redis still holds. */
  asked: number
}

/** A failing write waits for 2 s, and up to three of them are waited for. */
const PATIENCE = { timeout: 60_000, interval: 50 }
const ROUNDS = 5
/** Of what is ordinary: in each round, once more while the fault lasts, and once after it. */
const ORDINARY_FAILURES = ORDINARY.filter(({ name }) => name === 'fail').length * (ROUNDS + 2)
/** What waits for Redis at most, and what a process's heap varies by. */
const MAX_GROWTH_BYTES = 12_000_000

/** Lets a fault come and go, and holds all that Quasar promises: meanwhile and afterwards. */
export async function held(bench: Bench, fault: Fault): Promise<void> {
  const { world, app } = bench
  const { child } = app
  const heapBefore = await child.heapUsed()
  const linesBefore = (await child.lines()).length
  const before = await child.status()
  const thrownBefore = await countExceptions(bench)
  try {
    await fault.begin(world, child)
    // What was reported until now went with it; nothing was asked that was not.
    if (fault.empties) bench.asked = 0
    await meanwhile(bench, fault)
  } finally {
    await fault.end(world, child)
  }
  const { reports: ended } = await child.status()
  await answersAsWithout(bench, ORDINARY)
  const lines = await recovered(child, fault, linesBefore)
  // One report may have been on its way, and the one of the second interval arrives at the latest.
  for (const { text, reports } of lines) if (/again/.test(text)) expect(reports).toBeLessThanOrEqual(ended + 2)
  await everythingArrived(bench)
  if (fault.questions)
    expect((await countExceptions(bench)) - thrownBefore).toBe(fault.questions.length + ORDINARY_FAILURES)
  const after = await child.status()
  expect(after.dropped > before.dropped).toBe(fault.drops === true)
  expect((await child.heapUsed()) - heapBefore).toBeLessThan(MAX_GROWTH_BYTES)
  expect(child.output()).toBe('')
}

/** While it lasts: every answer comes, none has to wait for its end, and `status()` tells what is wrong. */
async function meanwhile(bench: Bench, fault: Fault): Promise<void> {
  const { child } = bench.app
  const before = await child.status()
  for (let round = 0; round < ROUNDS; round++) await answersAsWithout(bench, ORDINARY)
  await answersAsWithout(bench, fault.questions ?? [])
  if (fault.isShort) return
  await vi.waitFor(async () => {
    const { error, reports } = await child.status()
    expect(reports).toBeGreaterThanOrEqual(before.reports + 2)
    if (fault.error) expect(error).toMatch(fault.error)
    else expect(error).toBeNull()
  }, PATIENCE)
  await answersAsWithout(bench, ORDINARY)
}

async function countExceptions({ world, service }: Pick<Bench, 'world' | 'service'>): Promise<number> {
  return (await exceptions(world.reader, service)).length
}

async function answersAsWithout(bench: Bench, questions: readonly Question[]): Promise<void> {
  const [answers, expected] = await Promise.all([bench.app.ask(questions), bench.bare.ask(questions)])
  expect(answers).toEqual(expected)
  bench.asked += questions.length
}

/** @returns what Quasar said since the fault began: that it cannot report, and that it can again, and no more often */
async function recovered(child: Child, fault: Fault, linesBefore: number) {
  const { reports } = await child.status()
  await vi.waitFor(async () => {
    const status = await child.status()
    expect(status.error).toBeNull()
    expect(status.reports).toBeGreaterThan(reports)
    expect(status.buffered).toBe(0)
  }, PATIENCE)
  const lines = (await child.lines()).slice(linesBefore)
  const outages = lines.filter(({ text }) => /can't be written/.test(text))
  const ends = lines.filter(({ text }) => /written again/.test(text))
  if (!fault.isShort) expect([outages.length, ends.length]).toEqual(fault.error ? [1, 1] : [0, 0])
  if (fault.error) expect(outages[0]?.text).toSatisfy((text: string) => isNamed(fault, text))
  return lines
}

function isNamed({ error, firstError }: Fault, text: string): boolean {
  return [error, firstError].some((name) => name?.test(text))
}

/** All that was asked is counted, once, and the node is there with figures that can be read. */
export async function everythingArrived({ world, service, asked }: Bench): Promise<void> {
  await vi.waitFor(async () => {
    const { routes, jobs } = await recordedBy(world.reader, service)
    const counted = [...routes.values(), ...jobs.values()].reduce((sum, { count }) => sum + count, 0)
    expect(counted).toBe(asked)
  }, PATIENCE)
  const { nodes, unreadable } = await world.reader.nodes()
  expect(unreadable).toBe(0)
  expect(nodes).toMatchObject([{ service, heartbeat: { service } }])
  expect(await countExceptions({ world, service })).toBeGreaterThan(0)
}
