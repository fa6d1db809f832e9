// User instructions of a server per request: blocks of the same requests, of which the smallest had no compilation in it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from '../shared/process.mjs'
import { median } from '../shared/stats.mjs'
import { readDumps, underCallgrind } from './callgrind.mjs'
import { openClient } from './client.mjs'
import { functionsOf, MAP_ARGUMENTS } from './functions.mjs'

const CONNECTIONS = 8
/** How the optimised code is reached: requests before the counters run, and while they run before the first block counts. */
const WARM_UP = {
  express: { cold: 3_600, hot: 500, block: 48 },
  others: { cold: 12_000, hot: 4_000, block: 96 },
}
const BLOCKS = 7
const EMPTY_BLOCKS = 5

/**
 * One variant in one Node.
 *
 * @param preload arguments of Node before the script
 * @param addon what counts, see build-counter.mjs
 * @param byFunction whether to tell the instructions of each function, too, which makes all of them dearer
 * @returns instructions and bytes of heap per request
 */
export async function measureRequests({ framework, variant, node, preload, env, addon, byFunction }) {
  const sizes = framework.includes('express') ? WARM_UP.express : WARM_UP.others
  return inFolder(async (folder) => {
    const nodeArgs = byFunction ? [...preload, ...MAP_ARGUMENTS] : preload
    const options = underCallgrind({ node, folder, nodeArgs, env: { ...env, BENCH_COUNTER: addon } })
    const server = await start(new URL('server.mjs', import.meta.url), [framework, variant], undefined, options)
    const { port, pid } = await server.ready
    const client = await openClient(port, CONNECTIONS)
    const command = (name, more) => server.ask({ command: name, ...more })
    await client.load(sizes.cold)
    await command('freeze')
    await command('collect')
    await client.load(400)
    await command('start')
    await client.load(sizes.hot)
    const bytes = await countBlocks(command, () => client.load(sizes.block))
    client.close()
    await server.end()
    const functions = byFunction ? functionsOf(folder, pid).map(([name, count]) => [name, count / sizes.block]) : []
    return { instructions: perBlock(readDumps(folder)) / sizes.block, bytes: bytes / sizes.block, functions }
  })
}

/** @param work one block of it */
async function countBlocks(command, work) {
  let { heap } = await command('dump', { name: 'discarded' })
  const bytes = []
  for (let block = 0; block < BLOCKS; block++) {
    await work()
    const after = await command('dump', { name: `block${block}` })
    bytes.push(after.heap - heap)
    heap = after.heap
  }
  for (let block = 0; block < EMPTY_BLOCKS; block++) await command('dump', { name: `empty${block}` })
  return median(bytes)
}

/** Without what the counting itself takes. */
function perBlock(dumps) {
  const of = (kind) => Object.entries(dumps).flatMap(([name, count]) => (name.startsWith(kind) ? count : []))
  return Math.min(...of('block')) - median(of('empty'))
}

async function inFolder(run) {
  const folder = mkdtempSync(join(tmpdir(), 'quasar-instructions-'))
  try {
    return await run(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
