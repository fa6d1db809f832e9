// What a heartbeat takes an app with 50 routes, by step: the second one of a process, whose code is not compiled
// yet, and one of a process that has long been running.
import { median } from '../shared/stats.mjs'
import { BLOCKS, countsOf, underCounter } from './measure.mjs'

const APP = new URL('beating-app.mjs', import.meta.url)
const STEPS = ['look', 'collect', 'write', 'rest']
/** An hour has 360 beats. */
const WARM_UP = 400
const REQUESTS = 1_000

/** V8 may compile something in the midst of the only beat that is counted: so many processes, of which the least counts. */
const COLD_PROCESSES = 3

/** @returns instructions per beat, in whole and by step */
export async function measureBeats(run) {
  if (run.variant === 'warm') return measure(run, { before: WARM_UP, blocks: BLOCKS })
  const costs = []
  // The very first beat loads the client of Redis, too.
  for (let time = 0; time < COLD_PROCESSES; time++) costs.push(await measure(run, { before: 1, blocks: 1 }))
  return costs.toSorted((a, b) => a.instructions - b.instructions)[0]
}

async function measure(run, { before, blocks }) {
  const { used, dumps, functions } = await underCounter(run, APP, [], async ({ command }) => {
    await command('beats', { count: before, requests: REQUESTS })
    await command('collect')
    await command('start')
    await command('beats', { count: Math.floor(before / 10), requests: REQUESTS })
    const heap = []
    for (let block = 0; block < blocks; block++) heap.push((await command('beat', { block, requests: REQUESTS })).bytes)
    return median(heap)
  })
  const least = (step) => Math.min(...countsOf(dumps, `block-${step}`))
  const steps = Object.fromEntries(STEPS.map((step) => [step, least(step)]))
  const instructions = STEPS.reduce((sum, step) => sum + steps[step], 0)
  return { instructions, bytes: used, steps, functions }
}
