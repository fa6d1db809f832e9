// What a turn of alerts costs Zenith: 500 nodes and 50 routes of each of their 50 services, for 20 rules.
//
//   npm run bench:alerts -- [--nodes 500] [--services 50] [--routes 50] [--rules 20] [--looks 200] [--json FILE]
//
// A look is noted, and each rule is judged, in the steps in which Zenith does so. Looks before the first hundred are not counted: the code is
// not compiled yet. CPU is judged, as time also tells of what else runs: so does that of the longest step.
import { performance } from 'node:perf_hooks'
import { fromModules } from '../shared/dist.mjs'
import { endAfter } from '../shared/limit.mjs'
import { readOptions } from '../shared/options.mjs'
import { conclude, print, table, verdict } from '../shared/output.mjs'
import { median, quantile } from '../shared/stats.mjs'
import { lookAt, rulesOf } from './looks.mjs'

const TARGET_MS = 20
const WARM_UP = 100

const options = readOptions({ nodes: 500, services: 50, routes: 50, rules: 20, looks: 200, warmUp: WARM_UP })
endAfter(5)
const { createObserver } = await fromModules('alerts/observe/observer.js')
const { AlertEngine } = await fromModules('alerts/engine/engine.js')
const observer = createObserver()
const engine = new AlertEngine(observer)
const rules = rulesOf(options.rules)
const [cpu, whole, longest] = [[], [], []]

/** @returns ms of the longest step */
function turn(look) {
  const steps = engine.steps({
    ...{ look, rules, receivers: [], silenceOf: () => null, url: null, isFrozen: false, isAlone: false },
  })
  let most = 0
  for (let isDone = false; !isDone; ) {
    const start = performance.now()
    isDone = steps.next().done
    most = Math.max(most, performance.now() - start)
  }
  return most
}

for (let index = 0; index < options.looks + options.warmUp; index++) {
  const look = lookAt(index, options)
  const cpuStart = process.cpuUsage()
  const start = performance.now()
  const most = turn(look)
  const ms = performance.now() - start
  if (index < options.warmUp) continue
  const { user, system } = process.cpuUsage(cpuStart)
  cpu.push((user + system) / 1_000)
  whole.push(ms)
  longest.push(most)
}
const subjects = rules.reduce((sum, { id }) => sum + (engine.figuresOf(id)?.subjects ?? 0), 0)
const start = performance.now()
const bytes = Buffer.byteLength(JSON.stringify(observer.memory()))
const results = { subjects, alerts: engine.tracks.length, bytes, memoryMs: performance.now() - start }
print(
  table(
    ['a turn', 'value'],
    [
      ['subjects of all rules', subjects],
      ['alerts', results.alerts],
      ['median ms', median(whole)],
      ['CPU median ms', median(cpu)],
      ['p95 ms', quantile(whole, 0.95)],
      ['longest step, median ms', median(longest)],
      ['longest step, p95 ms', quantile(longest, 0.95)],
      ['memory, bytes', bytes],
      ['memory, ms', results.memoryMs],
    ],
    2,
  ),
)
const verdicts = [verdict({ name: 'a turn', value: median(cpu), target: TARGET_MS, unit: 'ms' })]
conclude({ options, verdicts, results })
