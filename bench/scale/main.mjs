// What large fleets cost Redis and Zenith: nodes without apps write what recorders write, and a Zenith with alerts and an archive shows them.
//
//   npm run bench:scale -- [--quick] [--parts record,fleets,isolation] [--scenarios 1000,10000,clusters] [--seconds 60] [--fill 60]
//                          [--nodes N [--services S] [--queues Q] [--clusters C] [--sharded yes]] [--browser no] [--json FILE]
//
// `--nodes` measures one fleet of that size in place of the scenarios, `--clusters` so many of them with one Zenith. `--fill` is how many
// minutes the fleet has run already: an hour fills all that Redis keeps. `--seconds` is how long each phase is measured. Of each node:
// `--interval 10` (s), `--routes 20`, `--rate 20` (requests a second); of each service `--workers 2` nodes, whose jobs end `--jobs 0.1`
// times a second. `--profile DIR` writes a CPU profile of Zenith there. `--quick` takes two minutes and shows that all works; its figures are of fleets that have hardly begun.
import { endAfter } from '../shared/limit.mjs'
import { readOptions } from '../shared/options.mjs'
import { conclude } from '../shared/output.mjs'
import { measureIsolation } from './isolation.mjs'
import { measureRecord } from './record.mjs'
import { reportScenarios } from './report.mjs'
import { measureScenario } from './scenario.mjs'

const SCENARIOS = {
  1000: { name: '1,000 nodes', clusters: 1, nodes: 1_000, services: 100, queues: 1_000, isSharded: false },
  10000: { name: '10,000 nodes', clusters: 1, nodes: 10_000, services: 1_000, queues: 10_000, isSharded: true },
  clusters: {
    name: '10 clusters of 1,000',
    clusters: 10,
    nodes: 1_000,
    services: 100,
    queues: 1_000,
    isSharded: false,
  },
}
const QUICK = { seconds: 5, fill: 1, hang: 15, scenarios: '1000' }

const given = readOptions({
  ...{
    quick: false,
    parts: 'record,fleets,isolation',
    scenarios: '1000,10000,clusters',
    seconds: 60,
    fill: 60,
    hang: 60,
  },
  ...{ nodes: 0, services: 0, queues: 0, clusters: 1, sharded: 'no', browser: 'yes', heap: 4_096, profile: '' },
  ...{ interval: 10, routes: 20, rate: 20, workers: 2, jobs: 0.1 },
})
const options = given.quick ? { ...given, ...QUICK } : given
endAfter(options.quick ? 10 : 90)

const results = {}
const parts = options.parts.split(',')
if (parts.includes('record')) results.record = await measureRecord(options)
if (parts.includes('fleets')) results.fleets = await fleets()
if (parts.includes('isolation')) results.isolation = await measureIsolation(options)
conclude({ options, verdicts: Object.values(results).flatMap(({ verdicts }) => verdicts), results })

async function fleets() {
  const measured = []
  for (const scenario of chosen()) measured.push(await measureScenario(scenario, options))
  return reportScenarios(measured)
}

/** The scenarios, or the one fleet that was asked for. */
function chosen() {
  const { nodes, clusters, sharded } = options
  if (nodes === 0) return options.scenarios.split(',').map((name) => SCENARIOS[name])
  const services = options.services || Math.ceil(nodes / 10)
  const name = clusters > 1 ? `${clusters} clusters of ${nodes}` : `${nodes} nodes`
  return [{ name, clusters, nodes, services, queues: options.queues || nodes, isSharded: sharded === 'yes' }]
}
