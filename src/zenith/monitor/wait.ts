/** Rejects when a promise takes too long; what it does later is of no interest. @param ms how long to wait */
export async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Does something with at most so many at the same time, and lets the app that Zenith is part of have its turn in between. */
export async function inBatches<T>(items: readonly T[], size: number, work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    await Promise.all(items.slice(start, start + size).map(work))
    await aTurn()
  }
}

/** The same for work that is quick for one and long for many. */
export async function inSlices<T>(items: readonly T[], size: number, work: (item: T) => void): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    if (start > 0) await aTurn()
    for (const item of items.slice(start, start + size)) work(item)
  }
}

function aTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
