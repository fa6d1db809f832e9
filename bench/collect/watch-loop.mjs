import { performance } from 'node:perf_hooks'
import { cpuUs } from '../shared/child.mjs'

const SETTLE_TURNS = 20

/**
 * The longest that the loop did not turn while work went on, ms, by a loop that turns without a pause; and the CPU that the
 * work took beyond the turning, µs. Threads count, too.
 */
export async function watchLoop(work) {
  const idle = await turnFor(SETTLE_TURNS)
  const started = { at: performance.now(), cpuUs: cpuUs() }
  let isOver = false
  const working = work().finally(() => {
    isOver = true
  })
  const { longest, turns } = await turnUntil(() => isOver)
  await working
  return { ms: longest, cpuUs: Math.max(0, cpuUs() - started.cpuUs - turns * idle.cpuPerTurn) }
}

async function turnFor(count) {
  const before = cpuUs()
  for (let turn = 0; turn < count; turn++) await aTurn()
  return { cpuPerTurn: (cpuUs() - before) / count }
}

/** Looks at the clock in the check phase of every turn, before anything that the work has put there later. */
function turnUntil(isOver) {
  return new Promise((resolve) => {
    let last = performance.now()
    let longest = 0
    let turns = 0
    const turn = () => {
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
      turns += 1
      if (isOver()) resolve({ longest, turns })
      else setImmediate(turn)
    }
    setImmediate(turn)
  })
}

function aTurn() {
  return new Promise((resolve) => setImmediate(resolve))
}
