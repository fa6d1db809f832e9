// What is measured has a core to itself, where the system can do that: what loads it takes another.
import { existsSync } from 'node:fs'
import { cpus } from 'node:os'

const TASKSET = '/usr/bin/taskset'

export const canPin = existsSync(TASKSET) && cpus().length > 1

export const MEASURED_CORE = 0
export const OTHER_CORE = 1

/** A program and its arguments, on one core when a core is given. */
export function pinned(core, ...command) {
  return canPin && core !== undefined ? [TASKSET, '-c', String(core), ...command] : command
}
