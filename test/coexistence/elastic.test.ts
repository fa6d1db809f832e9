import { expect, it } from 'vitest'
import { openNeighbours, type Run } from './beside.js'
import { callApp, expectRight, INCOMING, traceIdsOf } from './traffic.js'

interface Event {
  readonly transaction?: { readonly name: string; readonly result: string; readonly trace_id: string }
  readonly span?: { readonly name: string }
  readonly error?: {
    readonly trace_id: string
    readonly exception: { readonly type: string; readonly message: string }
  }
}

const beside = openNeighbours()

it.each(['express', 'fastify'])(
  "keeps Elastic's transactions and errors as they are and takes over its trace ids: %s",
  async (app) => {
    const runs = await beside.run(`app.cjs ${app}`, 'elastic.cjs', callApp)
    expectRight(runs)
    const events = eventsOf(runs.watched)
    const transactions = events.flatMap(({ transaction }) => (transaction ? [transaction] : []))
    expect(transactions).toHaveLength(5)
    expect(shapes(events)).toEqual(shapes(eventsOf(runs.bare)))
    const { slow, exception } = traceIdsOf(runs.watched)
    const own = transactions.filter(({ name }) => name === 'GET /slow').map(({ trace_id }) => trace_id)
    expect(own.sort()).toEqual([...slow].sort())
    expect(slow[1]).toBe(INCOMING)
    expect(exception).toBe(transactions.find(({ name }) => name === 'GET /fail')?.trace_id)
  },
)

function eventsOf({ sent }: Run<unknown>): Event[] {
  const intake = sent.filter(({ path }) => path.startsWith('/intake'))
  return intake.flatMap(({ body }) =>
    body
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Event),
  )
}

/** What of them is the same in every run; the first of all is about the process. */
function shapes(events: readonly Event[]): string[] {
  const told = events.flatMap(({ transaction, span, error }) => {
    if (transaction) return `${transaction.name} ${transaction.result}`
    if (span) return `span ${span.name}`
    return error ? `${error.exception.type} ${error.exception.message}` : []
  })
  return told.sort()
}
