import { performance } from 'node:perf_hooks'
import { cpuUs } from '../shared/child.mjs'

/** Times and CPU of things that are measured many times, by name. */
export class Samples {
  #byName = new Map()
  /** Goes before the names of what is added from now on. */
  prefix = ''

  add(own, { ms, cpuUs }) {
    const name = this.prefix + own
    if (!this.#byName.has(name)) this.#byName.set(name, { name, ms: [], cpuUs: [] })
    const samples = this.#byName.get(name)
    samples.ms.push(ms)
    samples.cpuUs.push(cpuUs)
  }

  clear() {
    this.#byName.clear()
  }

  rows() {
    return [...this.#byName.values()]
  }
}

/** A function that notes how long each call holds the loop, and what it gives. Of a promise only the call counts. */
export function timed(samples, name, work) {
  return (...args) => {
    const before = cpuUs()
    const at = performance.now()
    const result = work(...args)
    const ms = performance.now() - at
    samples.add(name, { ms, cpuUs: cpuUs() - before })
    return result
  }
}
