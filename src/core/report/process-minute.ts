import { roundKnown } from '../../lib/round.js'
import type { Heartbeat, ProcessFigures } from '../../protocol/index.js'
import { Mean, Most, Sum } from './means.js'

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
