import { round, roundKnown } from '../../lib/round.js'
import type { Heartbeat, ProcessFigures } from '../../protocol/index.js'

/** The figures of a heartbeat that its minute has, too. */
export type SampledFigures = Pick<Heartbeat, 'cpu' | 'memory' | 'disk' | 'eventLoop' | 'gc'>

/** One minute of a process, from the figures of its intervals. */
export class ProcessMinute {
  readonly #cpu = new Mean()
  readonly #utilization = new Mean()
  readonly #rss = new Most()
  readonly #heapUsed = new Most()
  readonly #loopP99 = new Most()
  readonly #diskPct = new Most()
  readonly #gcMs = new Sum()
  readonly #gcCount = new Sum()
  #isEmpty = true

  add({ cpu, memory, disk, eventLoop, gc }: SampledFigures): void {
    this.#isEmpty = false
    this.#cpu.add(cpu.process)
    this.#utilization.add(eventLoop?.utilization)
    this.#rss.add(memory.process.rss)
    this.#heapUsed.add(memory.process.heapUsed)
    this.#loopP99.add(eventLoop?.p99)
    for (const { usedPct } of disk ?? []) this.#diskPct.add(usedPct)
    this.#gcMs.add(gc?.totalMs)
    this.#gcCount.add(gc?.count)
  }

  /** Null without any. */
  get figures(): ProcessFigures | null {
    if (this.#isEmpty) return null
    return {
      cpu: this.#cpu.value,
      rss: this.#rss.value,
      heapUsed: this.#heapUsed.value,
      loopP99: this.#loopP99.value,
      utilization: this.#utilization.value,
      gcMs: roundKnown(this.#gcMs.value),
      gcCount: this.#gcCount.value,
      diskPct: this.#diskPct.value,
    }
  }
}

/** Unknown values count in none of them; without a known one the result is unknown, which is null. */
type Known = number | null | undefined

class Mean {
  #sum = 0
  #count = 0

  add(value: Known): void {
    if (value === null || value === undefined) return
    this.#sum += value
    this.#count += 1
  }

  get value(): number | null {
    return this.#count === 0 ? null : round(this.#sum / this.#count)
  }
}

class Most {
  value: number | null = null

  add(value: Known): void {
    if (value !== null && value !== undefined) this.value = Math.max(this.value ?? value, value)
  }
}

class Sum {
  value: number | null = null

  add(value: Known): void {
    if (value !== null && value !== undefined) this.value = (this.value ?? 0) + value
  }
}
