import { expect, test } from 'vitest'
import type { AlertEvent } from '../../src/api/alerts.js'
import type { Archive, ArchiveGap } from '../../src/ports/index.js'
import { firingThen } from '../../src/zenith/archive/firing-then.js'
import { changeOf, changeRecords, fired } from '../support/alert-changes.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const AT = Date.UTC(2026, 9, 1)

/** An archive as far as it is asked here; the real ones answer in the tests of the routes. */
async function archiveOf(
  changes: readonly AlertEvent[],
  gaps: readonly ArchiveGap[] = [],
): Promise<Pick<Archive, 'records' | 'gaps'>> {
  const records = [...(await changeRecords(changes))].sort((a, b) => b.at - a.at)
  return {
    async records({ from, to, order = 'newest', limit, after }) {
      const asked = records.filter(({ at }) => at >= from && at < to)
      const inOrder = order === 'newest' ? asked : asked.toReversed()
      const start = Number(after ?? 0)
      const items = inOrder.slice(start, start + limit)
      return { items, next: start + limit < inOrder.length ? `${start + limit}` : null }
    },
    gaps: async ({ from, to }) => gaps.filter((gap) => gap.to > from && gap.from < to),
  }
}

const at = (time: number) => ({ from: time, to: time })
const host = (name: string) =>
  ({ subject: { kind: 'host', key: name, name, service: null, services: [] } }) as unknown as Partial<AlertEvent>

test('of 2,000 alerts those that fired at a moment are found', async () => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const spans = Array.from({ length: 2_000 }, (_, index) => {
    const from = AT - DAY + random(2 * DAY)
    return { from, to: from + 1 + random(DAY), name: `h${index}` }
  })
  const archive = await archiveOf(spans.flatMap(({ from, to, name }) => fired(from, to, host(name))))
  for (const time of [AT, AT - 3 * HOUR, AT + DAY, spans[5]?.from ?? 0, spans[5]?.to ?? 0]) {
    const { items, isCut } = await firingThen(archive, at(time), null)
    const expected = spans.filter(({ from, to }) => from <= time && to > time)
    expect(isCut).toBe(expected.length > 500)
    expect(items).toHaveLength(Math.min(500, expected.length))
    const known = new Map(expected.map(({ name, from }) => [name, from]))
    for (const { subject, firedAt } of items) expect(known.get(subject.name)).toBe(firedAt)
  }
})

test('one whose beginning was lost is known by its end', async () => {
  const [, end] = fired(AT - 40 * DAY, AT + DAY)
  const { items } = await firingThen(await archiveOf([end as AlertEvent]), at(AT), null)
  expect(items).toMatchObject([{ firedAt: AT - 40 * DAY, endedAt: AT + DAY, isSure: true }])
})

test('one whose end may be lost is not sure', async () => {
  const gap = { stream: 'alerts', from: AT - 2 * HOUR, to: AT - HOUR, lost: null }
  const begun = fired(AT - DAY, null)
  expect((await firingThen(await archiveOf(begun), at(AT), null)).items).toMatchObject([{ isSure: true }])
  expect((await firingThen(await archiveOf(begun, [gap]), at(AT), null)).items).toMatchObject([{ isSure: false }])
  expect((await firingThen(await archiveOf(begun, [{ ...gap, stream: 'audit' }]), at(AT), null)).items).toMatchObject([
    { isSure: true },
  ])
  const reminder = changeOf({ at: AT - HOUR / 2, change: 'reminder', firedAt: AT - DAY })
  const reminded = await archiveOf([...begun, reminder], [gap])
  expect((await firingThen(reminded, at(AT), null)).items).toMatchObject([{ isSure: true }])
  const again = await archiveOf([...begun, ...fired(AT + HOUR, AT + 2 * HOUR)])
  expect((await firingThen(again, at(AT), null)).items).toMatchObject([{ firedAt: AT - DAY, isSure: false }])
  expect((await firingThen(again, at(AT + 1.5 * HOUR), null)).items).toMatchObject([
    { firedAt: AT + HOUR, isSure: true },
  ])
})

test('one that no longer fires, and of whose end nothing was heard, is not sure', async () => {
  const archive = await archiveOf(fired(AT - DAY, null))
  const now = { at: AT + DAY, alerts: [], events: [] }
  expect((await firingThen(archive, at(AT), now)).items).toMatchObject([{ isSure: false }])
  expect((await firingThen(archive, at(AT), { ...now, at: AT + 30 * DAY })).items).toMatchObject([{ isSure: true }])
})

test('of more changes than are read it says since when', async () => {
  const many = Array.from({ length: 4_000 }, (_, index) =>
    fired(AT - (index + 2) * 1_000, AT - (index + 1) * 1_000),
  ).flat()
  const archive = await archiveOf([...many, ...fired(AT - DAY, null, host('old'))])
  const { items, since } = await firingThen(archive, at(AT), null)
  expect(items).toEqual([])
  expect(since).toBeGreaterThan(AT - DAY)
  expect((await firingThen(await archiveOf([]), at(AT), null)).since).toBe(AT - 30 * DAY)
})
