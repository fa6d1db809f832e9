// User instructions of a process for a piece of work: blocks of the same work, of which the smallest had no compilation in it. On a busy
// machine the process polls more often for the same requests, and some of many blocks escape that.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from '../shared/process.mjs'
import { median } from '../shared/stats.mjs'
import { readDumps, underCallgrind } from './callgrind.mjs'
import { functionsOf, MAP_ARGUMENTS } from './functions.mjs'

export const BLOCKS = 25
const EMPTY_BLOCKS = 15

/**
 * Runs a script under callgrind for as long as `use` takes.
 *
 * @param run node: of which version; preload: arguments of Node before the script; addon: what counts, see build-counter.mjs;
 *   byFunction: whether to tell the instructions of each function, too, which makes all of them dearer
 * @param script its URL
 * @param use gets the process and `command(name, more)` for what it is told
 * @returns what `use` gave, `dumps` with the instructions by name, and `functions` with those of a block
 */
export async function underCounter({ node, preload = [], env, addon, byFunction }, script, args, use) {
  return inFolder(async (folder) => {
    const nodeArgs = byFunction ? [...preload, ...MAP_ARGUMENTS] : preload
    const options = underCallgrind({ node, folder, nodeArgs, env: { ...env, BENCH_COUNTER: addon } })
    const child = await start(script, args, undefined, options)
    const { pid, ...facts } = await child.ready
    const used = await use({ ...facts, command: (name, more) => child.ask({ command: name, ...more }) })
    await child.end()
    return { used, dumps: readDumps(folder), functions: byFunction ? functionsOf(folder, pid) : [] }
  })
}

/**
 * Counts blocks of the same work.
 *
 * @param work does one block of it
 * @param options nothing: does none of it in the same way
 * @returns bytes of heap of a block
 */
export async function countBlocks(command, work, { nothing = async () => {}, blocks = BLOCKS } = {}) {
  let { heap } = await command('dump', { name: 'discarded' })
  const bytes = []
  for (let block = 0; block < blocks; block++) {
    await work()
    const after = await command('dump', { name: `block${block}` })
    bytes.push(after.heap - heap)
    heap = after.heap
  }
  for (let block = 0; block < EMPTY_BLOCKS; block++) {
    await nothing()
    await command('dump', { name: `empty${block}` })
  }
  return median(bytes)
}

/** The costs of one piece, of which a block has so many. */
export function costOf({ used: bytes, dumps, functions }, size) {
  return {
    instructions: perBlock(dumps) / size,
    bytes: bytes / size,
    functions: functions.map(([name, count]) => [name, count / size]),
  }
}

/** Without what the counting itself takes. */
function perBlock(dumps) {
  return Math.min(...countsOf(dumps, 'block')) - Math.min(...countsOf(dumps, 'empty'))
}

/** The instructions of the dumps whose names begin so. */
export function countsOf(dumps, kind) {
  return Object.entries(dumps).flatMap(([name, count]) => (name.startsWith(kind) ? count : []))
}

async function inFolder(run) {
  const folder = mkdtempSync(join(tmpdir(), 'quasar-instructions-'))
  try {
    return await run(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
