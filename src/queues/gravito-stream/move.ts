import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { asNumber } from '../../redis/replies.js'
import { ask, type Reply, send } from '../../redis/send.js'
import { notPossible } from '../shared/conditions.js'
import { orThrow, sendInPortions } from '../shared/redis.js'
import { type Entry, groupOf } from './entry.js'
import type { Layout } from './layout.js'
import { PUSH_OF_GROUP, TAKE } from './scripts.js'

/** An entry to remove from its key. */
export interface Move {
  readonly entry: Entry
  /** The list to push a new text to; null: only remove it. */
  readonly to: { readonly key: string; readonly text: string } | null
}

/** moved: it was there and is removed; gone: it no longer existed; group: that would need a script; otherwise the error of Redis. */
export type Moved = 'moved' | 'gone' | 'group' | RedisError

/**
 * Removes entries from lists and sorted sets, each exactly once, and pushes others in their place.
 *
 * One short script does both. If scripts are denied, and on a Cluster, where two keys may be on two servers, it takes two steps, and pushes
 * the new entry *first*: if the connection breaks in between, the job exists twice and may run twice; in the other order it would be lost.
 * If the old entry turns out to be gone, the new one is removed again.
 */
export class Mover {
  readonly #connection: Connection
  readonly #layout: Layout
  #isScripted: boolean

  constructor(connection: Connection, layout: Layout) {
    this.#connection = connection
    this.#layout = layout
    this.#isScripted = !connection.isCluster
  }

  /** @returns the results, in the order of the moves: an error of one does not affect those before it. Never rejects. */
  async move(moves: readonly Move[]): Promise<Moved[]> {
    if (this.#isScripted) {
      const commands = moves.map((move) => this.#take(move))
      const replies = await sendInPortions(this.#connection, commands, 100)
      if (!this.#isDenied(replies))
        return replies.map(({ error, value }) => error ?? (asNumber(value) === 1 ? 'moved' : 'gone'))
    }
    const moved: Moved[] = []
    for (const move of moves) moved.push(await this.#tryInSteps(move))
    return moved
  }

  async #tryInSteps(move: Move): Promise<Moved> {
    try {
      return await this.#moveInSteps(move)
    } catch (error) {
      if (error instanceof RedisError) return error
      throw error
    }
  }

  /** Adds a job to a list. @throws if it belongs to a group and scripts are denied */
  async push(key: string, text: string, group: string | null): Promise<void> {
    if (group === null) {
      await ask(this.#connection, ['lpush', key, text])
      return
    }
    if (this.#isScripted) {
      const keys = [key, this.#layout.active, this.#layout.pending(group)]
      const [reply] = await send(this.#connection, [['eval', PUSH_OF_GROUP, 3, ...keys, group, text]])
      if (reply && !this.#isDenied([reply])) {
        orThrow(reply)
        return
      }
    }
    throw notPossible(NEEDS_SCRIPT)
  }

  #take({ entry, to }: Move): Command {
    const group = groupOf(entry) ?? ''
    const keys = [entry.key, to?.key ?? entry.key, this.#layout.active, this.#layout.pending(group)]
    const isAwaited = entry.state === 'waiting' ? '1' : '0'
    return ['eval', TAKE, 4, ...keys, entry.text, to?.text ?? '', group, isAwaited]
  }

  /** If scripts are denied to the user, no command ran. */
  #isDenied(replies: readonly Reply[]): boolean {
    if (replies[0]?.error?.code !== 'NOPERM' || !/\beval\b/i.test(replies[0].error.message)) return false
    this.#isScripted = false
    return true
  }

  async #moveInSteps({ entry, to }: Move): Promise<Moved> {
    const isInGroup = groupOf(entry) !== null && (to !== null || entry.state === 'waiting')
    if (isInGroup) return 'group'
    if (!to) return (await this.#remove(entry)) ? 'moved' : 'gone'
    if (!(await this.#isThere(entry))) return 'gone'
    await ask(this.#connection, ['lpush', to.key, to.text])
    if (await this.#remove(entry)) return 'moved'
    await ask(this.#connection, ['lrem', to.key, 1, to.text])
    return 'gone'
  }

  /** Removes nothing, because no job is an empty string, but is denied if removing is, before anything is pushed. */
  async #isThere({ key, text, state }: Entry): Promise<boolean> {
    const commands: Command[] =
      state === 'delayed'
        ? [
            ['zscore', key, text],
            ['zrem', key, ''],
          ]
        : [
            ['lpos', key, text],
            ['lrem', key, 1, ''],
          ]
    const replies = await send(this.#connection, commands)
    return replies.map(orThrow)[0] !== null
  }

  async #remove({ key, text, state }: Entry): Promise<boolean> {
    const remove = state === 'delayed' ? (['zrem', key, text] as const) : (['lrem', key, -1, text] as const)
    return (asNumber(await ask(this.#connection, remove)) ?? 0) > 0
  }
}

export const NEEDS_SCRIPT =
  'The job belongs to a group, whose order only a script can keep: that needs the right to EVAL, and no Cluster'
