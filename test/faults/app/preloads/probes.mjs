// What the probes ask throws, every bit of it; a full or lost file system cannot be asked for its space.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import perfHooks from 'node:perf_hooks'
import v8 from 'node:v8'
import { faults } from '../toggles.mjs'

function breakable(object, name) {
  const real = object[name]
  object[name] = (...args) => {
    if (faults.has('probes')) throw new Error(`${name} is broken`)
    return real.apply(object, args)
  }
}

for (const name of ['cpus', 'loadavg', 'totalmem', 'freemem', 'availableParallelism']) breakable(os, name)
breakable(process, 'cpuUsage')
breakable(v8, 'getHeapStatistics')
breakable(fs.promises, 'statfs')
breakable(perfHooks.performance, 'eventLoopUtilization')
syncBuiltinESMExports()
