// What a node writes, made by the recorder's own code: the heartbeat by a recorder of this process, intervals and minutes by the counters
// that recorders have. Nodes write copies with their own names and times.

import { traffic } from '../collect/requests.mjs'
import { fromModules } from '../shared/dist.mjs'

const { startRecorder } = await fromModules('core/process-recorder.js')
const { resolveOptions } = await fromModules('core/options/options.js')
const { Rollups } = await fromModules('core/report/rollups.js')
const { Series } = await fromModules('core/report/series.js')

export const MINUTE_INTERVALS = 6
/** Of traffic: nodes take turns. */
const PATTERNS = 8
const JOB_NAMES = ['send-mail', 'charge-card']
const HOUR_MS = 3_600_000

/** A heartbeat, an exception and a slow request of an app, as its recorder hands them to the store. */
async function recorded({ routes, interval }) {
  const batches = []
  const writer = {
    write: async (batch) => {
      batches.push(batch)
      return { unwritten: [], error: null }
    },
    removeNode: async () => {},
    acquireQueueSlot: async () => null,
    releaseQueueSlot: async () => {},
    writeQueues: async () => null,
    readQueues: async () => null,
    close: async () => {},
  }
  const given = { service: 'bench', interval: HOUR_MS, logger: false, signals: false }
  const recorder = startRecorder(resolveOptions(given, {}), writer, null)
  recorder.addFramework('express 5')
  const request = traffic(recorder.requests, routes)
  for (let count = 0; count < 10 * routes; count++) request()
  recorder.captureException(new Error('connect ECONNREFUSED 10.0.12.7:5432'))
  slowRequest(recorder.requests)
  await recorder.flush()
  await recorder.stop()
  const records = batches.flatMap((batch) => batch.records)
  const ofType = (type) => records.find((entry) => entry.type === type)?.record
  const { heartbeat } = batches.find((batch) => batch.heartbeat)
  return { heartbeat: { ...heartbeat, interval }, exception: ofType('exception'), slow: ofType('slow') }
}

function slowRequest(requests) {
  const trace = requests.begin({ method: 'GET', url: '/reports/7', header: () => undefined })
  trace.route = '/reports/:id'
  trace.start -= 2_500
  trace.end(200, false)
}

/** The intervals of a minute, and the minute. @param rate requests a second */
function minuteOf({ routes, rate, interval, heartbeat, isWorker }) {
  const rollups = new Rollups('bench', heartbeat.hostname)
  const intervals = []
  for (let number = 1; number <= MINUTE_INTERVALS; number++) {
    const to = number * 10_000
    rollups.noteProcess(heartbeat)
    const made = rollups.take({
      ...{ from: to - 10_000, to, isLast: false },
      routes: seriesOf(routes, (rate * interval) / 1_000),
      jobs: isWorker ? jobsOf() : [],
    })
    intervals.push(made.map(({ type, record }) => ({ type, record })))
  }
  return intervals
}

function seriesOf(routes, requests) {
  return Array.from({ length: routes }, (_, index) => {
    const series = new Series(`GET /shop/section-${index}/items/:id`, '', null)
    for (let count = 0; count < requests / routes; count++) {
      series.count += 1
      series.classes[count % 100 === 99 ? 3 : 1] += 1
      series.durations.record(duration(2 + index))
    }
    return series
  })
}

function jobsOf() {
  return JOB_NAMES.map((name) => {
    const series = new Series(name, 'queue-0', null)
    for (let count = 0; count < 5; count++) {
      series.count += 1
      series.durations.record(duration(40))
      series.recordedWaits.record(duration(5))
    }
    return series
  })
}

/** Log-normal around a median, ms. */
function duration(middle) {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())
  return middle * Math.exp(0.5 * normal)
}

/**
 * @param plan `routes` of a service, requests a second (`rate`) of a node, `interval` of beats in ms
 * @returns a heartbeat, an exception, a slow request, and patterns of intervals, of nodes with workers and of those without
 */
export async function samplesOf(plan) {
  const own = await recorded(plan)
  const patternsOf = (isWorker) =>
    Array.from({ length: PATTERNS }, () => minuteOf({ ...plan, heartbeat: own.heartbeat, isWorker }))
  return { ...own, webs: patternsOf(false), workers: patternsOf(true) }
}
