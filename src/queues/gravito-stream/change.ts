import type { QueueSource } from '../../ports.js'
import type { JobOutcome, JobState } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { send } from '../../redis/send.js'
import { done, notDone, notThere } from '../shared/outcomes.js'
import { orThrow } from '../shared/redis.js'
import { cameAt } from '../shared/times.js'
import { type Entry, priorityOf, renewed, summaryOf, undelayed } from './entry.js'
import { findAll, MAX_LOOKED, STATES } from './find.js'
import { type Layout, PRIORITIES } from './layout.js'
import { type Place, pagesOf, placesOf, readWindow, sizesOf } from './lists.js'
import { type Move, type Mover, NEEDS_SCRIPT } from './move.js'

/** At once, when a queue is emptied. */
const MAX_REMOVED = 1_000
const NO_JSON = 'What is stored is no JSON object: the framework could not read it'
const SEVERAL = 'Several jobs have this id: a list tells them apart by what follows the #'

/** Where an entry goes to; null: nowhere. @throws when it can't */
type Aim = (entry: Entry) => Move['to']

/** Changing jobs and queues. */
export function changes(
  connection: Connection,
  layout: Layout,
  mover: Mover,
): Required<Pick<QueueSource, 'retry' | 'promote' | 'remove' | 'pause' | 'resume' | 'clean' | 'empty'>> {
  async function act(queue: string, ids: readonly string[], states: readonly JobState[], aim: Aim) {
    const places = states.flatMap((state) => placesOf(layout, queue, state))
    const found = await findAll(connection, places, ids)
    const choices = ids.map((id) => choose(id, found.get(id) ?? [], states, aim))
    const moves = choices.filter((choice) => 'entry' in choice)
    const moved = await mover.move(moves)
    let next = 0
    return choices.map((choice, index): JobOutcome => {
      if (!('entry' in choice)) return choice
      const outcome = moved[next++]
      const id = ids[index] ?? ''
      if (outcome === 'moved') return done(id)
      return outcome === 'group' ? notDone(id, NEEDS_SCRIPT) : notThere(id, states)
    })
  }

  return {
    retry: (queue, ids) =>
      act(queue, ids, ['failed'], ({ fields }) => {
        if (!fields) throw new Error(NO_JSON)
        return { key: layout.list(queue, priorityOf(fields)), text: renewed(fields) }
      }),
    promote: (queue, ids) =>
      act(queue, ids, ['delayed'], ({ fields, priority }) => {
        if (!fields) throw new Error(NO_JSON)
        return { key: layout.list(queue, priority), text: undelayed(fields) }
      }),
    remove: (queue, ids) => act(queue, ids, STATES, () => null),
    async pause(queue) {
      await sendAll(PRIORITIES.map((priority) => ['set', layout.paused(queue, priority), '1'] as const))
    },
    async resume(queue) {
      await sendAll(PRIORITIES.map((priority) => ['del', layout.paused(queue, priority)] as const))
    },
    async clean(queue, { state, before, limit }) {
      const old = await oldest(connection, placesOf(layout, queue, state), before, limit)
      return countMoved(await mover.move(old.map((entry) => ({ entry, to: null }))))
    },
    async empty(queue, limit) {
      const places = [...placesOf(layout, queue, 'waiting'), ...placesOf(layout, queue, 'delayed')]
      return emptyPlaces(connection, mover, places, Math.min(limit, MAX_REMOVED))
    },
  }

  /** Workers look at the flag of each list by itself, so all of them get one. */
  async function sendAll(commands: Parameters<typeof send>[1]): Promise<void> {
    for (const reply of await send(connection, commands)) orThrow(reply)
  }
}

function choose(id: string, entries: readonly Entry[], states: readonly JobState[], aim: Aim): Move | JobOutcome {
  const [entry] = entries
  if (!entry) return notThere(id, states)
  if (entries.some(({ text }) => text !== entry.text)) return notDone(id, SEVERAL)
  try {
    return { entry, to: aim(entry) }
  } catch (error) {
    return notDone(id, error instanceof Error ? error.message : String(error))
  }
}

/** The oldest jobs that came before a time; of what does not say when it came nothing. */
async function oldest(
  connection: Connection,
  places: readonly Place[],
  before: number,
  limit: number,
): Promise<Entry[]> {
  const sizes = await sizesOf(connection, places)
  const found: { entry: Entry; at: number }[] = []
  for (const [index, place] of places.entries()) {
    const enough = found.length + limit
    for await (const entries of pagesOf(connection, place, Math.min(sizes[index] ?? 0, MAX_LOOKED))) {
      const dated = entries.map((entry) => ({ entry, at: cameAt(summaryOf(entry, '')) ?? before }))
      found.push(...dated.filter(({ at }) => at < before))
      if (found.length >= enough) break
    }
  }
  return found
    .sort((one, other) => one.at - other.at)
    .slice(0, limit)
    .map(({ entry }) => entry)
}

/** What workers take meanwhile is not counted, and looked past. @throws when what is left cannot be removed */
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
    if (moved.includes('group')) throw new Error(NEEDS_SCRIPT)
  }
}

function countMoved(moved: readonly string[]): number {
  return moved.filter((one) => one === 'moved').length
}
