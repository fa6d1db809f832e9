import { classesOf } from '../bull-common/app-package.js'
import { notPossible } from '../shared/conditions.js'

/** The part of Bull's classes that is used. They are recognized by shape, so that any version 4 and any copy of it works. */
export interface BullQueue {
  readonly name: string
  /** Of ioredis. */
  readonly client: object
  add(name: string, data: unknown, options?: object): Promise<BullJob>
  pause(): Promise<void>
  resume(): Promise<void>
  clean(grace: number, type?: BullCleanType, limit?: number): Promise<unknown[]>
  removeRepeatable(name: string, repeat: object): Promise<unknown>
  removeRepeatableByKey(key: string): Promise<unknown>
}

export interface BullJob {
  readonly id: string | number
  retry(): Promise<void>
  promote(): Promise<void>
  remove(): Promise<void>
}

export type BullCleanType = 'completed' | 'failed' | 'wait' | 'paused'

/** The export of the package `bull` in an app. Its types do not cover everything that is used. */
export type BullClass = new (name: string, options?: never) => BullQueue

/** The part of the package that is used. */
export interface BullPackage {
  new (name: string, options: BullQueueOptions): BullQueue
  /** Makes a job from known values, without reading it. */
  readonly Job: { fromJSON(queue: BullQueue, job: object, id: string): BullJob }
}

export interface BullQueueOptions {
  readonly prefix: string
  readonly skipVersionCheck: boolean
  readonly createClient: (type: 'client' | 'subscriber' | 'bclient') => object
}

/** The prefix of a queue's keys. Bull's types lack it. */
export function prefixOf(queue: BullQueue): string {
  return 'keyPrefix' in queue && typeof queue.keyPrefix === 'string' ? queue.keyPrefix : 'bull'
}

/** @throws if there is none */
export async function bullPackage(option: BullPackage | null, given: readonly BullQueue[]): Promise<BullPackage> {
  const found = option ?? given.map(packageOf).find((one) => one !== null)
  if (found) return found
  const loaded = await load()
  if (isPackage(loaded)) return loaded
  throw notPossible(
    'The package bull is not installed, and without it queues can be looked at only: npm install bull, or pass it as bullQueues({ bull })',
  )
}

async function load(): Promise<unknown> {
  try {
    const loaded: { default?: unknown } = await import('bull')
    return loaded.default ?? loaded
  } catch {
    return null
  }
}

/** Bull's own class. */
function packageOf(queue: BullQueue): BullPackage | null {
  for (const made of classesOf(queue)) if (isPackage(made) && Object.hasOwn(made, 'Job')) return made
  return null
}

export function isPackage(value: unknown): value is BullPackage {
  return typeof value === 'function' && 'Job' in value
}
