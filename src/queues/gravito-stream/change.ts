import type { JobCleanQuery, QueueSource } from '../../ports/index.js'
import type { JobOutcome, JobState, LookedAt } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { send } from '../../redis/send.js'
import { notPossible } from '../shared/conditions.js'
import { done, notDone, notThere } from '../shared/outcomes.js'
import { orThrow } from '../shared/redis.js'
import { refusedOutcome } from '../shared/refusals.js'
import { cameAt } from '../shared/times.js'
import { type Entry, priorityOf, renewed, summaryOf, undelayed } from './entry.js'
import { findAll, MAX_LOOKED, STATES, TOO_MANY } from './find.js'
import { type Layout, PRIORITIES } from './layout.js'
import { type Place, pagesOf, placesOf, readWindow, sizesOf } from './lists.js'
import { type Move, type Moved, type Mover, NEEDS_SCRIPT } from './move.js'

/** Most jobs to remove at once when a queue is emptied. */
const MAX_REMOVED = 1_000
const NO_JSON = 'What is stored is no JSON object: the framework could not read it'
const SEVERAL = 'Several jobs have this id: a list tells them apart by what follows the #'

/** Where to move an entry; null: nowhere. @throws if it cannot be moved */
type Aim = (entry: Entry) => Move['to']

/** Methods that change jobs and queues. */
export function changes(
  connection: Connection,
  layout: Layout,
  mover: Mover,
): Required<Pick<QueueSource, 'retry' | 'promote' | 'remove' | 'pause' | 'resume' | 'clean' | 'empty'>> {
  async function act(queue: string, ids: readonly string[], states: readonly JobState[], aim: Aim) {
    const places = states.flatMap((state) => placesOf(layout, queue, state))
    const { entries, isSure } = await findAll(connection, places, ids)
    const none = (id: string) => (isSure ? notThere(id, states) : notDone(id, TOO_MANY))
    const choices = ids.map((id) => choose(id, entries.get(id) ?? [], aim) ?? none(id))
    const moves = choices.filter((choice) => 'entry' in choice)
    const moved = await mover.move(moves)
    countMoved(moved)
    let next = 0
    return choices.map((choice, index): JobOutcome => {
      if (!('entry' in choice)) return choice
      const outcome = moved[next++]
      const id = ids[index] ?? ''
      if (outcome === 'moved') return done(id)
      if (outcome instanceof RedisError) return refusedOutcome(id, outcome)
      return outcome === 'group' ? notDone(id, NEEDS_SCRIPT) : notThere(id, states)
    })
  }

  return {
    retry: (queue, ids) =>
      act(queue, ids, ['failed'], ({ fields, text }) => {
        if (!fields) throw notPossible(NO_JSON)
        return { key: layout.list(queue, priorityOf(fields)), text: renewed(text) }
      }),
    promote: (queue, ids) =>
      act(queue, ids, ['delayed'], ({ fields, priority, text }) => {
        if (!fields) throw notPossible(NO_JSON)
        return { key: layout.list(queue, priority), text: undelayed(text) }
      }),
    remove: (queue, ids) => act(queue, ids, STATES, () => null),
    async pause(queue) {
      await sendAll(PRIORITIES.map((priority) => ['set', layout.paused(queue, priority), '1'] as const))
    },
    async resume(queue) {
      await sendAll(PRIORITIES.map((priority) => ['del', layout.paused(queue, priority)] as const))
    },
    async clean(queue, query) {
      if (!STATES.some((state) => state === query.state))
        throw notPossible(`Gravito Stream has no jobs that are ${query.state}`)
      const { entries, stop } = await oldest(connection, placesOf(layout, queue, query.state), query)
      const removed = countMoved(await mover.move(entries.map((entry) => ({ entry, to: null }))))
      // Removed jobs move the others towards the start.
      if (stop && removed < query.limit) query.onStop?.({ ...stop, cursor: String(Math.max(0, stop.next - removed)) })
      return removed
    },
    async empty(queue, limit) {
      const places = [...placesOf(layout, queue, 'waiting'), ...placesOf(layout, queue, 'delayed')]
      return emptyPlaces(connection, mover, places, Math.min(limit, MAX_REMOVED))
    },
  }

  /** Workers check the flag of each list separately, so all lists get one. */
  async function sendAll(commands: Parameters<typeof send>[1]): Promise<void> {
    for (const reply of await send(connection, commands)) orThrow(reply)
  }
}

/** Null if there is no such entry. */
function choose(id: string, entries: readonly Entry[], aim: Aim): Move | JobOutcome | null {
  const [entry] = entries
  if (!entry) return null
  if (entries.some(({ text }) => text !== entry.text)) return notDone(id, SEVERAL)
  try {
    return { entry, to: aim(entry) }
  } catch (error) {
    return notDone(id, error instanceof Error ? error.message : String(error))
  }
}

/** The oldest jobs that were added before a time; without those whose time is unknown. */
async function oldest(
  connection: Connection,
  places: readonly Place[],
  { before, limit, cursor }: JobCleanQuery,
): Promise<{ readonly entries: Entry[]; readonly stop: (LookedAt & { readonly next: number }) | null }> {
  const sizes = await sizesOf(connection, places)
  const from = Number(cursor ?? 0) || 0
  const end = from + MAX_LOOKED
  const found: { entry: Entry; at: number }[] = []
  for (const [index, place] of places.entries()) {
    const enough = found.length + limit
    for await (const entries of pagesOf(connection, place, Math.min(sizes[index] ?? 0, end), from)) {
      const dated = entries.map((entry) => ({ entry, at: cameAt(summaryOf(entry, '')) ?? before }))
      found.push(...dated.filter(({ at }) => at < before))
      if (found.length >= enough) break
    }
  }
  const looked = sizes.reduce((sum, size) => sum + Math.max(0, Math.min(size, end) - from), 0)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const entries = found.sort((one, other) => one.at - other.at).slice(0, limit)
  const stop = sizes.some((size) => size > end) ? { looked, total, next: end } : null
  return { entries: entries.map(({ entry }) => entry), stop }
}

/** Jobs that workers take meanwhile are skipped and not counted. @throws if the remaining ones cannot be removed */
async function emptyPlaces(
  connection: Connection,
  mover: Mover,
  places: readonly Place[],
  limit: number,
): Promise<number> {
  for (;;) {
    const { entries } = await readWindow(connection, places, { offset: 0, limit, order: 'oldest' })
    if (entries.length === 0) return 0
    const moved = await mover.move(entries.map((entry) => ({ entry, to: null })))
    const count = countMoved(moved)
    if (count > 0) return count
    if (moved.includes('group')) throw notPossible(NEEDS_SCRIPT)
  }
}

/** @throws the error of Redis if nothing was moved: if some were, the next call meets it */
function countMoved(moved: readonly Moved[]): number {
  const count = moved.filter((one) => one === 'moved').length
  const refusal = moved.find((one) => one instanceof RedisError)
  if (refusal && count === 0) throw refusal
  return count
}
