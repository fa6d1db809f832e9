// What a heartbeat takes an app with 50 routes, by step: the first one of a process, and one of a process that has long been running.
import { median } from '../shared/stats.mjs'
import { BLOCKS, countsOf, underCounter } from './measure.mjs'

const APP = new URL('beating-app.mjs', import.meta.url)
const STEPS = ['look', 'collect', 'write', 'rest']
/** An hour has 360 beats. */
const WARM_UP = 400
const REQUESTS = 1_000

/** @returns instructions per beat, in whole and by step */
export async function measureBeats(run) {
  const isWarm = run.variant === 'warm'
  const blocks = isWarm ? BLOCKS : 1
  const { used, dumps, functions } = await underCounter(run, APP, [], async ({ command }) => {
    if (isWarm) {
      await command('beats', { count: WARM_UP, requests: REQUESTS })
      await command('collect')
    }
    await command('start')
    if (isWarm) await command('beats', { count: WARM_UP / 10, requests: REQUESTS })
    const heap = []
    for (let block = 0; block < blocks; block++) heap.push((await command('beat', { block, requests: REQUESTS })).bytes)
    return median(heap)
  })
  const least = (step) => Math.min(...countsOf(dumps, `block-${step}`))
  const steps = Object.fromEntries(STEPS.map((step) => [step, least(step)]))
  const instructions = STEPS.reduce((sum, step) => sum + steps[step], 0)
  return { instructions, bytes: used, steps, functions }
}
