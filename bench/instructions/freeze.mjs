// What recurs by a timer would be counted in one block and not in another.
const real = globalThis.setTimeout
const dead = {
  ref: () => dead,
  unref: () => dead,
  hasRef: () => false,
  refresh: () => dead,
  close() {},
  [Symbol.toPrimitive]: () => 0,
}
const timers = new Set()
let isFrozen = false

/** Before Quasar is loaded, which takes the timers of the runtime as they are then. */
export function watchTimers() {
  globalThis.setTimeout = function setTimeout(run, ms, ...args) {
    if (!isOurs()) return real(run, ms, ...args)
    if (isFrozen) return dead
    const timer = real(() => {
      timers.delete(timer)
      run(...args)
    }, ms)
    timers.add(timer)
    return timer
  }
}

/** Quasar's timers end, and no new one starts: neither a report nor a probe comes in between. */
export function freezeTimers() {
  isFrozen = true
  for (const timer of timers) clearTimeout(timer)
}

function isOurs() {
  return new Error().stack.includes('/dist/esm/')
}
