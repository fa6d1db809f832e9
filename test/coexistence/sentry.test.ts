import { expect, it } from 'vitest'
import { ask } from '../support/ask.js'
import { openNeighbours, type Run } from './beside.js'
import { callApp, expectRight, traceIdsOf } from './traffic.js'

interface Span {
  readonly name: string
  readonly trace_id: string
  readonly is_segment: boolean
  readonly status: string
}

interface Item {
  readonly items?: readonly Span[]
  readonly exception?: { readonly values?: readonly { readonly type: string; readonly value: string }[] }
}

const beside = openNeighbours()

it.each(['express', 'fastify'])("keeps Sentry's events and spans as they are: %s", async (app) => {
  const runs = await beside.run(`app.cjs ${app}`, 'sentry.cjs', callApp)
  expectRight(runs)
  expect(eventsOf(runs.watched)).toEqual([['OrderError', 'no stock']])
  expect(eventsOf(runs.bare)).toEqual(eventsOf(runs.watched))
  const spans = spansOf(runs.watched)
  expect(spans.map(shape).sort()).toEqual(spansOf(runs.bare).map(shape).sort())
  expect(spans.filter(({ is_segment }) => is_segment)).toHaveLength(5)
  const idsOf = (wanted: string) =>
    spans.filter(({ name, is_segment }) => is_segment && name === wanted).map(({ trace_id }) => trace_id)
  const { slow, exception } = traceIdsOf(runs.watched)
  // Two requests that run at once end in any order.
  expect(slow.toSorted()).toEqual(idsOf('GET /slow').toSorted())
  expect([exception]).toEqual(idsOf('GET /fail'))
})

it('both see the exception that ends the process, once each, and it ends as with Sentry alone', async () => {
  const crash = async (port: number, reported: () => Promise<void>) => {
    await reported()
    return ask(port, '/crash').then(
      () => 'answered',
      () => 'cut off',
    )
  }
  const { bare, watched } = await beside.run('app.cjs express', 'sentry.cjs', crash)
  expect(watched.used).toBe('cut off')
  expect(watched.outcome).toEqual(bare.outcome)
  expect(watched.outcome.code).toBe(1)
  expect(eventsOf(watched)).toEqual([['OrderError', 'no stock']])
  expect(eventsOf(bare)).toEqual(eventsOf(watched))
  expect(watched.reported.exceptions).toMatchObject([{ kind: 'uncaught', name: 'OrderError', handled: false }])
})

/** An envelope is a line of its own, and then two lines for each item. */
function itemsOf({ sent }: Run<unknown>): Item[] {
  return sent.flatMap(({ body }) => {
    const lines = body.split('\n').filter((line) => line.startsWith('{'))
    return lines.map((line) => JSON.parse(line) as Item)
  })
}

function eventsOf(run: Run<unknown>): [string | undefined, string | undefined][] {
  return itemsOf(run).flatMap(({ exception }) =>
    (exception?.values ?? []).map(({ type, value }): [string, string] => [type, value]),
  )
}

/** All but those of our own hooks, which its instrumentation makes of every hook and middleware. */
function spansOf(run: Run<unknown>): Span[] {
  const spans = itemsOf(run).flatMap(({ items }) => items ?? [])
  return spans.filter(({ name }) => name !== 'quasar' && !name.startsWith('fastify -> @gravito/quasar - '))
}

/** What of a span is the same in every run. */
function shape({ name, is_segment, status }: Span): string {
  return JSON.stringify([name, is_segment, status])
}
