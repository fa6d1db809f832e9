import { expect, it } from 'vitest'
import { ask } from '../support/ask.js'
import { type Run, useNeighbours } from './beside.js'
import { expectRight, useApp } from './traffic.js'

interface Item {
  readonly type?: string
  readonly transaction?: string
  readonly contexts?: { readonly trace?: { readonly trace_id?: string } }
  readonly exception?: { readonly values?: readonly { readonly type: string; readonly value: string }[] }
}

const beside = useNeighbours()

it.each(['express', 'fastify'])("keeps Sentry's events and transactions as they are: %s", async (app) => {
  const runs = await beside.run(`app.cjs ${app}`, 'sentry.cjs', useApp)
  expectRight(runs)
  expect(eventsOf(runs.watched)).toEqual([['OrderError', 'no stock']])
  expect(eventsOf(runs.bare)).toEqual(eventsOf(runs.watched))
  expect(transactionsOf(runs.watched)).toEqual(transactionsOf(runs.bare))
  expect(transactionsOf(runs.watched)).toHaveLength(5)
})

it('both see the exception that ends the process, once each, and it ends as with Sentry alone', async () => {
  const crash = (port: number) =>
    ask(port, '/crash').then(
      () => 'answered',
      () => 'cut off',
    )
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

function transactionsOf(run: Run<unknown>): (string | undefined)[] {
  return itemsOf(run)
    .filter(({ type, contexts }) => type === 'transaction' && contexts)
    .map(({ transaction }) => transaction)
    .sort()
}
