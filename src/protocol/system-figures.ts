import { MAX_NAME_CHARS } from './limits.js'
import { type Fields, fieldsOf, own, readAmount, readPercent, readText } from './read.js'

/** What a process reported of its machine or container over a minute of its history, and of its limits. Unknown figures are null, never 0. */
export interface SystemFigures {
  /** Name of the host. */
  host: string | null
  /** Mean CPU, 0–100 of all usable cores. */
  cpu: number | null
  /** Highest used memory, bytes. */
  memory: number | null
  /** Memory that there is: the container's limit or the machine's total, bytes. */
  memoryLimit: number | null
  /** V8's limit of the process's heap, bytes. */
  heapLimit: number | null
  /** Lowest free space of the fullest disk, bytes. */
  diskFree: number | null
  /** Mean load over 1 minute, divided by the usable cores. */
  load: number | null
}

/** Reads the field `system` of a rollup; null without it. Missing and invalid figures are null. */
export function readSystem(fields: Fields): SystemFigures | null {
  const system = fieldsOf(own(fields, 'system'))
  if (!system) return null
  return {
    host: readText(system, 'host', MAX_NAME_CHARS),
    cpu: readPercent(system, 'cpu'),
    memory: readAmount(system, 'memory'),
    memoryLimit: readAmount(system, 'memoryLimit'),
    heapLimit: readAmount(system, 'heapLimit'),
    diskFree: readAmount(system, 'diskFree'),
    load: readAmount(system, 'load'),
  }
}
