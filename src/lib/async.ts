import { clearTimeout, monotonic, setImmediate, setTimeout } from './clock.js'

/** {@link inTime} resolves to it when the time is over. */
export const TOO_LATE = Symbol('too late')

/**
 * Resolves to the promise's value, or to {@link TOO_LATE} after `ms`; a later rejection is ignored. The timer does not keep the process
 * alive.
 */
export function inTime<T>(promise: Promise<T>, ms: number): Promise<T | typeof TOO_LATE> {
  return race(promise, (end) => setTimeout(end, ms).unref())
}

/** Like {@link inTime}, but keeps the process alive until then: Quasar's sockets and timers do not. */
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

/** Like {@link inTimeHeld}. @throws Error `timed out` when the time is over */
export async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T> {
  const result = await inTimeHeld(promise, ms)
  if (result === TOO_LATE) throw new Error('timed out')
  return result
}

/** Number of steps in which {@link withPatience} counts the time. */
const STEPS = 10

/** Like {@link withTimeout}, but a time in which this process is suspended counts as one step: the result may have arrived meanwhile. */
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

/** Resolves to whether the promise is fulfilled within `ms`. Rejects when the promise does. */
export async function isDoneIn(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return (await inTime(promise, ms)) !== TOO_LATE
}

/** The timer does not keep the process alive. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

/** Resolves at the event loop's next turn, so that pending work runs first. */
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

/** Works on at most `size` items at the same time and starts the next one as soon as one is done. Starts no more once one fails. */
export async function inPool<T>(items: readonly T[], size: number, work: (item: T) => Promise<void>): Promise<void> {
  // An error in one loop closes the generator, and so ends the other loops.
  const queue = (function* () {
    yield* items
  })()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: size }, worker))
}

/** Works on all items, with a turn of the event loop after each `size`: for work that is short per item and long for many. */
export async function inSlices<T>(items: readonly T[], size: number, work: (item: T) => unknown): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    if (start > 0) await nextTurn()
    for (const item of items.slice(start, start + size)) work(item)
  }
}

/** Goes through steps without a pause. @returns what the steps return */
export function atOnce<T>(steps: Generator<void, T>): T {
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/** How long steps may hold the event loop up, ms. */
const STEPS_MS = 5

/** Goes through steps of a long synchronous work: after 5 ms the rest of the process has its turn. @returns what the steps return */
export async function inSteps<T>(steps: Generator<void, T>): Promise<T> {
  let from = monotonic()
  let step = steps.next()
  while (!step.done) {
    if (monotonic() - from >= STEPS_MS) {
      await nextTurn()
      from = monotonic()
    }
    step = steps.next()
  }
  return step.value
}
