import { clearTimeout, setImmediate, setTimeout } from './clock.js'

/** What {@link inTime} resolves to when the time is over. */
export const TOO_LATE = Symbol('too late')

/**
 * What a promise comes to within `ms`, else {@link TOO_LATE}; what it does later is of no interest. The timer never holds the
 * process.
 */
export function inTime<T>(promise: Promise<T>, ms: number): Promise<T | typeof TOO_LATE> {
  return race(promise, (end) => setTimeout(end, ms).unref())
}

/** As {@link inTime}, and the process lives on until then: Quasar's sockets and timers would let it go. */
export function inTimeHeld<T>(promise: Promise<T>, ms: number): Promise<T | typeof TOO_LATE> {
  return race(promise, (end) => setTimeout(end, ms))
}

async function race<T>(promise: Promise<T>, begin: (end: () => void) => NodeJS.Timeout): Promise<T | typeof TOO_LATE> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<typeof TOO_LATE>((resolve) => {
    timer = begin(() => resolve(TOO_LATE))
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** As {@link inTimeHeld}. @throws Error `timed out` when the time is over */
export async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T> {
  const result = await inTimeHeld(promise, ms)
  if (result === TOO_LATE) throw new Error('timed out')
  return result
}

/** In how many steps {@link withPatience} counts the time. */
const STEPS = 10

/** As {@link withTimeout}, but a time in which this process is held counts as one step: what it waits for may have come meanwhile. */
export async function withPatience<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const wait = (left: number) => {
      if (left === 0) reject(new Error('timed out'))
      else timer = setTimeout(wait, ms / STEPS, left - 1)
    }
    wait(STEPS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Whether a promise is fulfilled within `ms`. Rejects when it does. */
export async function isDoneIn(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return (await inTime(promise, ms)) !== TOO_LATE
}

/** The timer never holds the process. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

/** Resolves at the event loop's next turn: whatever waits goes first. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Works on at most `size` items at the same time, with a turn of the event loop after each batch. */
export async function inBatches<T>(items: readonly T[], size: number, work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    await Promise.all(items.slice(start, start + size).map(work))
    await nextTurn()
  }
}

/** Works on at most `size` items at the same time, the next as soon as one is done; on no more of them once one fails. */
export async function inPool<T>(items: readonly T[], size: number, work: (item: T) => Promise<void>): Promise<void> {
  // A loop that is left by an error ends a generator, and so the loops of the others.
  const queue = (function* () {
    yield* items
  })()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: size }, worker))
}

/** Works on all items, with a turn of the event loop after each `size`: for what is quick for one and long for many. */
export async function inSlices<T>(items: readonly T[], size: number, work: (item: T) => unknown): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    if (start > 0) await nextTurn()
    for (const item of items.slice(start, start + size)) work(item)
  }
}
