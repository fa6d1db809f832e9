// What an idle process spends because Quasar is in it: CPU time over minutes, beside one without, twice for the noise.
import { setTimeout as sleep } from 'node:timers/promises'
import { print, progress, table, verdict } from '../shared/output.mjs'
import { MEASURED_CORE } from '../shared/pin.mjs'
import { start } from '../shared/process.mjs'

/** The parts that wake a process up between two beats, each in a process of its own, and what waking up takes by itself. */
const PARTS = ['its timer', 'its GC observer', 'an empty timer of 200 ms', 'an empty timer of 500 ms']
const VARIANTS = ['bare', 'again', 'quasar', ...PARTS]
/** Per cent of a core. */
const TARGET = 0.15
const NOISE = 0.02
/** Until the first report is through, what was compiled is compiled, and V8 has cleaned up after the start. */
const SETTLE_MS = 30_000

export async function measureIdle({ idle }, redis) {
  const script = new URL('idle-process.mjs', import.meta.url)
  const env = { BENCH_REDIS: redis }
  const children = await Promise.all(VARIANTS.map((variant) => start(script, [variant], MEASURED_CORE, { env })))
  try {
    await Promise.all(children.map(({ ready }) => ready))
    await sleep(Math.min(SETTLE_MS, 1_000 * idle))
    const before = await Promise.all(children.map(({ ask }) => ask({})))
    await sleep(1_000 * idle)
    const after = await Promise.all(children.map(({ ask }) => ask({})))
    progress('idle: done')
    return report(
      VARIANTS.map((variant, index) => ({ variant, share: shareOf(before[index], after[index]) })),
      idle,
    )
  } finally {
    for (const { end } of children) end()
  }
}

/** Per cent of a core. */
function shareOf(before, after) {
  return (100 * (after.cpuUs - before.cpuUs)) / (1_000 * (after.at - before.at))
}

function report(shares, seconds) {
  print(`\nAn idle process, ${seconds} s`)
  const rows = shares.map(({ variant, share }) => [variant, share, share - shares[0].share])
  print(table(['process', '% of a core', 'added'], rows, 3))
  const [bare, again, quasar] = shares.map(({ share }) => share)
  const noise = Math.abs(again - bare)
  const voidBecause = noise > NOISE ? `two bare processes differ by ${noise.toFixed(3)} %` : null
  const value = quasar - Math.min(bare, again)
  const name = 'an idle process with Quasar'
  return { shares, verdicts: [verdict({ name, value, target: TARGET, unit: '% of a core', voidBecause })] }
}
