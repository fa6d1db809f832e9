// Instructions by function: callgrind knows the addresses of compiled JavaScript only, and V8's map has their names.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { median } from '../shared/stats.mjs'
import { dumpsIn, selfByFunction } from './callgrind.mjs'

/** Makes V8 write its map; where to, differs by its version. */
export const MAP_ARGUMENTS = ['--perf-basic-prof']
const MAP_FOLDERS = ['/tmp', process.cwd()]

/**
 * @param pid of the process that was measured, whose map is removed
 * @returns pairs of a name and the instructions of the function itself per block, the largest first
 */
export function functionsOf(folder, pid) {
  const nameAt = readMap(pid)
  const blocks = [...dumpsIn(folder)].flatMap(([name, text]) =>
    name.startsWith('block') ? selfByName(text, nameAt) : [],
  )
  const names = new Set(blocks.flatMap((block) => [...block.keys()]))
  const costs = [...names].map((name) => [name, median(blocks.map((block) => block.get(name) ?? 0))])
  return costs.sort(([, one], [, other]) => other - one)
}

function selfByName(text, nameAt) {
  const self = new Map()
  for (const [id, count] of selfByFunction(text)) {
    const name = nameAt(id)
    self.set(name, (self.get(name) ?? 0) + count)
  }
  return self
}

/** @returns gives the name of a function by its address, and any other name as it is */
function readMap(pid) {
  const file = MAP_FOLDERS.map((folder) => join(folder, `perf-${pid}.map`)).find((path) => existsSync(path))
  if (!file) return (name) => name
  const text = readFileSync(file, 'utf8')
  rmSync(file)
  const entries = new Map()
  for (const line of text.split('\n')) {
    const [, start, size, name] = /^(\S+) (\S+) (.*)$/.exec(line) ?? []
    // Code is moved and its place used again: the later one counts.
    if (start) entries.set(Number.parseInt(start, 16), { size: Number.parseInt(size, 16), name })
  }
  const starts = [...entries.keys()].sort((one, other) => one - other)
  return (name) => (name.startsWith('0x') ? nameAt(Number(name.split("'")[0]), starts, entries) : name) ?? name
}

/** Code may run a little past what the map tells. */
const SLACK = 64

function nameAt(address, starts, entries) {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (starts[middle] <= address) low = middle + 1
    else high = middle
  }
  const start = starts[low - 1]
  const entry = entries.get(start)
  return entry && address < start + entry.size + SLACK
    ? entry.name.replace(/file:\/\/.*?\/(dist|node_modules|bench)\//, '$1/')
    : null
}
