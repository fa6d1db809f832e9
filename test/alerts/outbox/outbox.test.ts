import { beforeEach, describe, expect, test } from 'vitest'
import { testMessage } from '../../../src/alerts/engine/messages.js'
import type { Answer, Receiver, Sender } from '../../../src/alerts/notification.js'
import { AlertOutbox } from '../../../src/alerts/outbox/outbox.js'

const OK: Answer = { ok: true, status: 200, text: 'ok', mayRetry: false, retryAfterMs: null }
const DOWN: Answer = { ok: false, status: 503, text: 'down', mayRetry: true, retryAfterMs: null }
const GONE: Answer = { ok: false, status: 404, text: 'no such hook', mayRetry: false, retryAfterMs: null }

let now: number
let answers: Record<string, Answer>
let sent: { receiver: string; id: string; at: number }[]
let known: Set<string>
let outbox: AlertOutbox

const sender: Sender = {
  async send({ id: receiver }, { id }) {
    sent.push({ receiver, id, at: now })
    return answers[receiver] ?? OK
  },
  beat: async () => OK,
  close: async () => {},
}

const receiverOf = (id: string): Receiver | null =>
  known.has(id) ? { id, name: id.toUpperCase(), kind: 'webhook', address: '', secret: '' } : null

const open = () => new AlertOutbox({ sender, receiverOf, now: () => now })

beforeEach(() => {
  now = 1_000_000
  answers = {}
  sent = []
  known = new Set(['a', 'b'])
  outbox = open()
})

function write(...receivers: string[]): void {
  outbox.add({ notification: testMessage(now, null), receivers })
}

/** Seconds of simulated time. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    now += 1_000
    await outbox.drain()
  }
}

test('each receiver gets a message a second at the most, in order', async () => {
  for (let index = 0; index < 5; index++) write('a', 'b')
  await pass(10)
  const times = sent.filter(({ receiver }) => receiver === 'a').map(({ at }) => at)
  expect(times).toHaveLength(5)
  expect(times.slice(1).every((at, index) => at - (times[index] ?? 0) >= 1_000)).toBe(true)
  expect(outbox.deliveries()).toHaveLength(10)
  expect(outbox.isEmpty).toBe(true)
})

describe('a receiver that does not take it', () => {
  test('is tried again, twice as late each time, under the same id, while others get theirs', async () => {
    answers.a = DOWN
    write('a', 'b')
    await pass(20)
    const tries = sent.filter(({ receiver }) => receiver === 'a')
    expect(tries.map(({ at }) => (at - 1_000_000) / 1_000)).toEqual([1, 2, 4, 8, 16])
    expect(new Set(tries.map(({ id }) => id)).size).toBe(1)
    expect(sent.filter(({ receiver }) => receiver === 'b')).toHaveLength(1)
    expect(outbox.deliveries()[0]).toMatchObject({ state: 'waiting', attempts: 5, status: 503, answer: 'down' })
  })

  test('gets it when it is back', async () => {
    answers.a = DOWN
    write('a')
    await pass(10)
    answers.a = OK
    await pass(20)
    expect(outbox.deliveries()).toMatchObject([{ state: 'sent', attempts: 5, status: 200 }])
  })

  test('is left alone for as long as it asks', async () => {
    answers.a = { ...DOWN, status: 429, retryAfterMs: 60_000 }
    write('a')
    await pass(60)
    expect(sent).toHaveLength(1)
    await pass(2)
    expect(sent).toHaveLength(2)
  })

  test('for good is told so once: no other attempt helps', async () => {
    answers.a = GONE
    write('a')
    await pass(100)
    expect(sent).toHaveLength(1)
    expect(outbox.deliveries()).toMatchObject([{ state: 'failed', status: 404, answer: 'no such hook', attempts: 1 }])
  })

  test('is given up after a day', async () => {
    answers.a = DOWN
    write('a')
    for (let hour = 0; hour < 30; hour++) {
      now += 3_600_000
      await outbox.drain()
    }
    expect(outbox.deliveries()).toMatchObject([{ state: 'failed', status: 503 }])
  })

  test('never holds more than 200 messages; the oldest are given up, and said', async () => {
    answers.a = DOWN
    for (let index = 0; index < 250; index++) write('a')
    expect(outbox.state()).toHaveLength(200)
    expect(outbox.ended().filter(({ answer }) => answer?.includes('too many'))).toHaveLength(50)
  })
})

test('a receiver that was removed gets nothing more', async () => {
  write('a')
  known.delete('a')
  await pass(3)
  expect(sent).toEqual([])
  expect(outbox.deliveries()).toMatchObject([{ state: 'failed', answer: 'The receiver was removed or switched off.' }])
})

test('goes on after a restart with what waited, under the same ids', async () => {
  answers.a = DOWN
  write('a')
  await pass(3)
  const stored = JSON.parse(JSON.stringify(outbox.state()))
  const ids = new Set(sent.map(({ id }) => id))
  answers.a = OK
  outbox = open()
  outbox.restore(stored, [])
  await pass(5)
  expect(new Set(sent.map(({ id }) => id))).toEqual(ids)
  expect(outbox.deliveries()).toMatchObject([{ state: 'sent' }])
})

describe('a clock that is set back by an hour', () => {
  test('delays no message', async () => {
    write('a')
    await pass(2)
    write('a')
    now -= 3_600_000
    await pass(5)
    expect(sent).toHaveLength(2)
  })

  test('delays no other attempt for longer than its pause', async () => {
    answers.a = DOWN
    write('a')
    await pass(5)
    answers.a = OK
    now -= 3_600_000
    await pass(10)
    expect(outbox.deliveries()).toMatchObject([{ state: 'sent' }])
  })
})
