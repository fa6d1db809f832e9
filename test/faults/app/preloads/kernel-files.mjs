// A machine without /proc and /sys/fs/cgroup: they cannot be opened, and what Node itself reads there it does not know.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { faults } from '../toggles.mjs'

const isGone = (path) => faults.has('kernel-files') && /^\/(proc|sys\/fs\/cgroup)(\/|$)/.test(String(path))
const noEntry = (path) => Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT', path })
const failing = () => {
  throw Object.assign(new Error('A system error occurred: uv_resident_set_memory returned ENOENT'), { code: 'ENOENT' })
}

for (const name of ['readFile', 'open', 'readdir', 'stat']) {
  const real = fs.promises[name]
  fs.promises[name] = async (path, ...rest) => {
    if (isGone(path)) throw noEntry(path)
    return real.call(fs.promises, path, ...rest)
  }
}
for (const name of ['readFileSync', 'openSync']) {
  const real = fs[name]
  fs[name] = (path, ...rest) => {
    if (isGone(path)) throw noEntry(path)
    return real.call(fs, path, ...rest)
  }
}
const { cpus, loadavg } = os
os.cpus = () => (faults.has('kernel-files') ? [] : cpus())
os.loadavg = () => (faults.has('kernel-files') ? [0, 0, 0] : loadavg())
const { memoryUsage } = process
process.memoryUsage = Object.assign(() => (faults.has('kernel-files') ? failing() : memoryUsage()), {
  rss: () => (faults.has('kernel-files') ? failing() : memoryUsage.rss()),
})
syncBuiltinESMExports()
