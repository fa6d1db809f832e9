// What recurs by a timer or by the clock would be counted in one block and not in another, and fifty times as often as it is done
// without callgrind.
import { performance } from 'node:perf_hooks'
import nodeTimers from 'node:timers'

const real = nodeTimers.setTimeout
const dead = {
  ref: () => dead,
  unref: () => dead,
  hasRef: () => false,
  refresh: () => dead,
  close() {},
  [Symbol.toPrimitive]: () => 0,
}
const pending = new Set()
let isFrozen = false

/** ms from one reading of the clock to the next: a request reads it twice. */
const STEP = 0.02
const readClock = performance.now.bind(performance)
let frozenAt = 0

/** Before Quasar is loaded, which takes the clock and the timers of the runtime as they are then. */
export function watchTime() {
  performance.now = function now() {
    const real = readClock()
    if (!isFrozen) return real
    frozenAt += STEP
    return frozenAt
  }
  watchTimers()
}

/** Quasar takes them from Node's module, not from the global object. */
function watchTimers() {
  nodeTimers.setTimeout = function setTimeout(run, ms, ...args) {
    if (!isOurs()) return real(run, ms, ...args)
    if (isFrozen) return dead
    const timer = real(() => {
      pending.delete(timer)
      run(...args)
    }, ms)
    pending.add(timer)
    return timer
  }
}

/** Quasar's timers end, and no new one starts: neither a report nor a probe comes in between. The clock goes by how often it is read. */
export function freezeTime() {
  frozenAt = readClock()
  isFrozen = true
  for (const timer of pending) clearTimeout(timer)
}

function isOurs() {
  return new Error().stack.includes('/dist/esm/')
}
