// What observing a look costs Zenith: 500 nodes and 50 routes of each of their 50 services, for 20 rules.
//
//   npm run bench:alerts -- [--nodes 500] [--services 50] [--routes 50] [--looks 200] [--json FILE]
//
// A look is noted, and each rule asks for its subjects. Looks before the first hundred are not counted: the code is not compiled yet. CPU is
// judged, as time also tells of what else runs.
import { performance } from 'node:perf_hooks'
import { fromModules } from '../shared/dist.mjs'
import { endAfter } from '../shared/limit.mjs'
import { readOptions } from '../shared/options.mjs'
import { conclude, print, table, verdict } from '../shared/output.mjs'
import { median, quantile } from '../shared/stats.mjs'
import { lookAt, RULES } from './looks.mjs'

const TARGET_MS = 20
const WARM_UP = 100

const options = readOptions({ nodes: 500, services: 50, routes: 50, looks: 200 })
endAfter(5)
const { createObserver } = await fromModules('alerts/observe/observer.js')
const observer = createObserver()
const cpu = []
const note = []
const observe = []
let subjects = 0
for (let index = 0; index < options.looks + WARM_UP; index++) {
  const look = lookAt(index, options)
  const cpuStart = process.cpuUsage()
  const start = performance.now()
  observer.note(look)
  const noted = performance.now()
  subjects = RULES.reduce((sum, { condition, scope }) => sum + observer.observe(condition, scope).length, 0)
  const end = performance.now()
  if (index < WARM_UP) continue
  const { user, system } = process.cpuUsage(cpuStart)
  cpu.push((user + system) / 1_000)
  note.push(noted - start)
  observe.push(end - noted)
}
const whole = note.map((ms, index) => ms + observe[index])
const start = performance.now()
const bytes = Buffer.byteLength(JSON.stringify(observer.memory()))
const results = { subjects, bytes, memoryMs: performance.now() - start, note: median(note), observe: median(observe) }
print(
  table(
    ['a look', 'value'],
    [
      ['subjects of all rules', subjects],
      ['noting, median ms', results.note],
      ['observing, median ms', results.observe],
      ['both, median ms', median(whole)],
      ['both, CPU median ms', median(cpu)],
      ['both, p95 ms', quantile(whole, 0.95)],
      ['memory, bytes', bytes],
      ['memory, ms', results.memoryMs],
    ],
    2,
  ),
)
const verdicts = [verdict({ name: 'observing a look', value: median(cpu), target: TARGET_MS, unit: 'ms' })]
conclude({ options, verdicts, results })
