import type { SystemFigures } from '../../protocol/index.js'
import { highest, lowest, meanByTime, rounded } from './merged-values.js'

const FIELDS = ['cpu', 'memory', 'memoryLimit', 'heapLimit', 'diskFree', 'load'] as const

export type SystemRow = readonly [host: string | null, ...(number | null)[]]

interface Timed {
  readonly ms: number
  readonly system: SystemFigures | null
}

/** The system of a node over two parts of a bucket: means of `cpu` and `load` by their time, the lowest `diskFree`, the highest of all else. */
export function mergeSystem(one: Timed, other: Timed): SystemFigures | null {
  const [a, b] = [one.system, other.system]
  if (!a || !b) return a ?? b
  const mean = (field: 'cpu' | 'load') => meanByTime({ value: a[field], ms: one.ms }, { value: b[field], ms: other.ms })
  return {
    host: b.host ?? a.host,
    cpu: mean('cpu'),
    memory: highest(a.memory, b.memory),
    memoryLimit: highest(a.memoryLimit, b.memoryLimit),
    heapLimit: highest(a.heapLimit, b.heapLimit),
    diskFree: lowest(a.diskFree, b.diskFree),
    load: mean('load'),
  }
}

export function systemRow(system: SystemFigures): SystemRow {
  return [system.host, ...FIELDS.map((field) => rounded(system[field]))]
}

export function systemOfRow([host, ...values]: SystemRow): SystemFigures {
  const figures = Object.fromEntries(FIELDS.map((field, index) => [field, values[index] ?? null]))
  return { host, ...figures } as unknown as SystemFigures
}
