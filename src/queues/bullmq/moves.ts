import { asNumber, asText } from '../../redis/replies.js'
import type { FoundJob, LayoutPlace } from '../bull-common/acting.js'
import type { Addable } from '../bull-common/adding.js'
import { baseOf } from '../bull-common/keys.js'
import { encodeOptions } from '../bull-common/options.js'
import type { Script } from '../bull-common/script.js'
import { ADD, PAUSE, PROMOTE, RESUME, RETRY, SETTLE } from './moves-script.js'
import type { Major } from './owner.js'

/** A queue and the layout of its owner. */
export interface OwnedQueue {
  readonly place: LayoutPlace
  readonly name: string
  readonly layout: Major
}

export async function setPaused(queue: OwnedQueue, isPaused: boolean): Promise<void> {
  await run(queue, isPaused ? PAUSE : RESUME, [])
}

/** Call it after an action by another release than the owner's. */
export async function settle(queue: OwnedQueue): Promise<void> {
  await run(queue, SETTLE, [])
}

/** @returns 1; -1 if the job is gone, -3 if it is in another state, as in BullMQ's own scripts */
export async function retryInLayout(queue: OwnedQueue, { id, options }: FoundJob, from: string): Promise<number> {
  return asNumber(await run(queue, RETRY, [id, from, pushFor(options)])) ?? 0
}

/** @returns as {@link retryInLayout} */
export async function promoteInLayout(queue: OwnedQueue, { id }: FoundJob): Promise<number> {
  return asNumber(await run(queue, PROMOTE, [id])) ?? 0
}

/** @param defaults the app's options for new jobs. @returns the id */
export async function addInLayout(queue: OwnedQueue, { name, data, options }: Addable, defaults: object) {
  const all = { attempts: 0, ...defaults, ...options }
  const { delay, priority } = { delay: 0, priority: 0, ...all }
  const parts = [name, data, encodeOptions(all), Date.now()]
  return asText(await run(queue, ADD, [...parts, Number(delay), Number(priority), pushFor(all)])) ?? undefined
}

function pushFor(options: object): string {
  return 'lifo' in options && options.lifo === true ? 'RPUSH' : 'LPUSH'
}

function run({ place, name, layout }: OwnedQueue, script: Script, args: readonly (string | number)[]) {
  return place.scripts.change(script, [`${baseOf(place.prefix, name)}meta`], [layout, ...args])
}
