import type { JobLike, JobTrace, RunningJobs } from './jobs/job-recorder.js'
import { Origin } from './origin/origin.js'
import type { Recorder, RecorderStatus } from './recorder.js'

const noJob: JobLike = { name: '', queue: null, id: null, attempt: 1, waitMs: null }
const noTrace: JobTrace = {
  job: noJob,
  name: '',
  thresholdMs: null,
  get origin() {
    return new Origin(null)
  },
  durationMs: 0,
  stopClock() {},
  complete() {},
  fail() {},
  discard() {},
  refuse() {},
}
const noWorker: RunningJobs = { begin: () => noTrace, find: () => null, close() {} }

const status: RecorderStatus = Object.freeze({
  enabled: false,
  service: '',
  node: '',
  frameworks: [],
  lastReportAt: null,
  error: null,
  reports: 0,
  dropped: 0,
  buffered: 0,
  bufferedBytes: 0,
  queues: Object.freeze({ watched: 0, reporting: 0, error: null }),
})

/** Replaces a recorder when Quasar is switched off: no timer, no connection, no memory. */
export const disabledRecorder: Recorder = Object.freeze({
  requests: {
    track: () => null,
    trackUpgrade: () => null,
    followServer: () => {},
    routedAs: () => {},
    noteSetup: () => {},
    find: () => null,
    findInFlight: () => null,
    begin: () => null,
  },
  jobs: {
    finished: null,
    begin: () => noTrace,
    openWorker: () => noWorker,
    traceOf: () => null,
    gaveUp() {},
    stalled() {},
  },
  addFramework() {},
  captureException() {},
  watchQueues: () => () => Promise.resolve(),
  run: <T>(_name: string, fn: () => T): T => fn(),
  status: () => status,
  flush: () => Promise.resolve(),
  stop: () => Promise.resolve(),
})
