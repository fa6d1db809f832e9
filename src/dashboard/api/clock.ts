/** The one ticking clock of the page. It shows the server's time, so that a wrong clock here makes no age wrong. */
export interface Clock {
  /** Unix ms, by the server's clock as far as it is known. */
  now(): number
  /** Takes the server's time from a message that just came. @param serverNow Unix ms */
  set(serverNow: number): void
  /** Calls back about once a second. */
  subscribe(listener: () => void): () => void
}

export function createClock(): Clock {
  const listeners = new Set<() => void>()
  let offset = 0
  let timer: ReturnType<typeof setInterval> | undefined
  const tick = () => {
    for (const listener of listeners) listener()
  }
  return {
    now: () => Date.now() + offset,
    set: (serverNow) => {
      offset = serverNow - Date.now()
    },
    subscribe(listener) {
      listeners.add(listener)
      timer ??= setInterval(tick, 1_000)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}
