import type { DiskFigures, SystemFigures } from '../../protocol/index.js'
import { Least, Mean, Most } from './means.js'
import type { SampledFigures } from './process-minute.js'

/** One minute of the machine or container of a process, and the limits of the process. */
export class SystemMinute {
  readonly #cpu = new Mean()
  readonly #load = new Mean()
  readonly #memory = new Most()
  readonly #memoryLimit = new Most()
  readonly #heapLimit = new Most()
  readonly #diskFree = new Least()

  add({ cpu, memory, disk }: SampledFigures): void {
    const { used, limit, total } = memory.system
    this.#cpu.add(cpu.system)
    this.#load.add(cpu.load && cpu.cores ? cpu.load[0] / cpu.cores : null)
    this.#memory.add(used)
    this.#memoryLimit.add(limit === null || total === null ? (limit ?? total) : Math.min(limit, total))
    this.#heapLimit.add(memory.process.heapLimit)
    this.#diskFree.add(fullest(disk ?? [])?.free)
  }

  figures(host: string | null): SystemFigures {
    return {
      host,
      cpu: this.#cpu.value,
      memory: this.#memory.value,
      memoryLimit: this.#memoryLimit.value,
      heapLimit: this.#heapLimit.value,
      diskFree: this.#diskFree.value,
      load: this.#load.value,
    }
  }
}

function fullest(disks: readonly DiskFigures[]): DiskFigures | null {
  return disks.reduce<DiskFigures | null>(
    (most, disk) => ((disk.usedPct ?? -1) > (most?.usedPct ?? -1) ? disk : most),
    null,
  )
}
