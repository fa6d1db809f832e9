import type { QueueSource, Writer } from '../ports/index.js'
import type { Heartbeat } from '../protocol/index.js'
import { wordsOf } from './errors/describe-error.js'
import { recordFailedRequest, recordSlowRequest } from './http/request-records.js'
import { HttpRequests } from './http/requests.js'
import { type FinishedReporter, openFinished, setupOfFinished } from './jobs/finished-reporter.js'
import { follow } from './jobs/follow.js'
import { recordFailedJob, recordSlowJob } from './jobs/job-records.js'
import { Jobs } from './jobs/jobs.js'
import { type Notices, noticesOf } from './options/logger.js'
import type { ResolvedOptions } from './options/options.js'
import { type ProbeFigures, type Probes, startProbes } from './probes/index.js'
import { hostName } from './probes/runtime.js'
import { type ProcessEnd, watchEnd } from './process-end.js'
import { holdingTheLoop } from './process-events.js'
import { QueueReporter } from './queue-reporting/queue-reporter.js'
import type { Recorder, RecorderStatus } from './recorder.js'
import { RecordBuffer } from './report/buffer.js'
import { heartbeatBuilder, setupOf } from './report/heartbeat.js'
import { type CaptureContext, Records, type Surroundings } from './report/records.js'
import { Reporter, type ReportSource } from './report/reporter.js'
import { moment, Rollups, spanOf } from './report/rollups.js'
import { hostThreads, type ThreadHost } from './threads/host.js'
import { type HostLink, linkToHost } from './threads/link.js'

/** Writes the node's heartbeats while the event loop is blocked. */
export interface HeartbeatThread {
  /** The node's last heartbeat; ends a `hold`. */
  note(heartbeat: Heartbeat): void
  /** The node leaves: no heartbeat may bring it back. */
  hold(): void
  /** Never rejects. */
  stop(): Promise<void>
}

/** @param onOverlap the node's heartbeat has to be written again @returns null without such a thread */
export type StartThread = (options: ResolvedOptions, onOverlap: () => void) => HeartbeatThread | null

/**
 * Starts to record.
 *
 * @param writer closed when the recorder stops
 * @param store identifies the store of the writer, alike in all threads of the process; null if they can't share it
 */
export function startRecorder(
  options: ResolvedOptions,
  writer: Writer,
  store: string | null,
  startThread: StartThread = () => null,
): Recorder {
  const recorder = new ProcessRecorder(options, writer, store, startThread)
  recorder.start()
  return recorder
}

/** Connects the parts: requests and jobs produce series and records, the reporter passes them to the writer. */
class ProcessRecorder implements Recorder, ReportSource {
  readonly requests: HttpRequests
  readonly jobs: Jobs
  readonly #options: ResolvedOptions
  readonly #writer: Writer
  readonly #notices: Notices
  readonly #probes: Probes
  #figures: ProbeFigures
  readonly #records: Records
  readonly #reporter: Reporter
  readonly #queues: QueueReporter
  readonly #rollups: Rollups
  readonly #buffer: RecordBuffer
  /** Null when the option `archiveJobs` is off. */
  readonly #finished: FinishedReporter | null
  /** In a thread: the link to the recorder outside that reports for it. Outside, `#threads` reports for the threads. */
  readonly #link: HostLink | null
  readonly #threads: ThreadHost | null
  readonly #heartbeatThread: HeartbeatThread | null
  readonly #frameworks = new Set<string>()
  readonly #buildHeartbeat: ReturnType<typeof heartbeatBuilder>
  readonly #onFault = (error: unknown) =>
    this.#notices.once('fault', `a part of it failed and was passed over: ${wordsOf(error)}.`)
  #intervalStart = moment()
  #end: ProcessEnd | null = null
  #stopping: Promise<void> | null = null

  constructor(options: ResolvedOptions, writer: Writer, store: string | null, startThread: StartThread) {
    this.#options = options
    this.#writer = writer
    const link = linkToHost(store, options.service, options.node)
    this.#link = link
    this.#buffer = new RecordBuffer((record) => link?.record(record) ?? false)
    this.#notices = noticesOf(options.logger)
    this.#rollups = new Rollups(options.node, hostName())
    this.#probes = startProbes({ disks: options.disks, onFault: (probe, error) => this.#probeFault(probe, error) })
    // The first call is the slowest by far: it runs while the app starts.
    this.#figures = this.#probes.collect()
    const surroundings: Surroundings = {
      window: (from, to) => this.#probes.window(from, to),
      countInFlight: () => this.requests.inFlight.countRequests(),
    }
    const records = new Records(options, this.#buffer, surroundings, this.#onFault)
    this.#records = records
    this.requests = new HttpRequests(
      options,
      {
        turn: (now) => this.#probes.turn(now),
        slow: (request) => recordSlowRequest(records, request),
        failed: (request, error) => recordFailedRequest(records, request, error),
        failedPart: (request, { error, path }) => recordFailedRequest(records, request, error, path),
      },
      this.#onFault,
    )
    this.#finished = openFinished(options, {
      writer,
      notices: this.#notices,
      onDrop: (jobs) => {
        this.#buffer.dropped += jobs
      },
      onFault: this.#onFault,
    })
    this.jobs = new Jobs(
      options,
      {
        counted: (attempt) => link?.attempt(attempt) ?? false,
        slow: (job) => {
          recordSlowJob(records, job)
          // A thread that parks itself now has no next turn.
          if (link) records.finish()
        },
        failed: (job, error) => recordFailedJob(records, job, error),
      },
      this.#onFault,
      this.#finished,
    )
    this.#buildHeartbeat = heartbeatBuilder(options, this.#notices)
    const parts = { source: this, writer, buffer: this.#buffer, notices: this.#notices, onFault: this.#onFault }
    this.#reporter = new Reporter(options, parts)
    this.#queues = new QueueReporter(options, {
      ...parts,
      hasStore: () => this.#hasStore(),
      record: (record) => this.#buffer.push({ type: 'queues', record }),
    })
    this.#threads = link
      ? null
      : hostThreads({
          store,
          writer,
          onLoss: (error) => records.exception(error, 'uncaught', false),
          onFault: this.#onFault,
        })
    this.#heartbeatThread = startThread(options, () => void this.#reporter.flush())
  }

  start(): void {
    this.#end = watchEnd(
      {
        onUncaught: (error) => this.#records.exception(error, 'uncaught', false),
        isCutOff: () => this.#reporter.status.error !== null,
        depart: () => this.#depart(),
        flushNow: () => this.#flushNow(),
        sayLast: (leaves) => this.#sayLast(leaves),
      },
      this.#options.signals,
    )
    this.#reporter.start()
  }

  addFramework(name: string): void {
    this.#frameworks.add(name)
  }

  captureException(error: unknown, context?: CaptureContext): void {
    try {
      this.#records.exception(error, 'custom', true, context)
    } catch (fault) {
      this.#onFault(fault)
    }
  }

  run<T>(name: string, fn: () => T): T {
    return follow(this.jobs.beginCustom(name), fn)
  }

  watchQueues(source: QueueSource, ended: () => Promise<void>): () => Promise<void> {
    return this.#queues.watch(source, ended)
  }

  status(): RecorderStatus {
    const { service, node } = this.#options
    const { dropped, size } = this.#buffer
    const frameworks = [...this.#frameworks]
    const buffered = size + (this.#finished?.size ?? 0)
    const reports = { ...this.#reporter.status, dropped, buffered, bufferedBytes: this.#bufferedBytes }
    return { enabled: true, service, node, frameworks, ...reports, queues: this.#queues.status }
  }

  flush(): Promise<void> {
    return holdingTheLoop(this.#flush())
  }

  stop(): Promise<void> {
    this.#stopping ??= holdingTheLoop(this.#stop())
    return this.#stopping
  }

  async prepare(): Promise<void> {
    await Promise.all([this.#probes.prepare(), this.#threads?.report()])
  }

  look(): void {
    this.#figures = this.#probes.collect()
  }

  collect(isLast: boolean): Heartbeat {
    const end = moment()
    const start = this.#intervalStart
    const routes = this.requests.filled()
    const figures = this.requests.figures(routes, end.now - start.now)
    // The figures of the last interval are in its minute: they are taken once.
    if (!isLast) this.#rollups.noteProcess(this.#figures)
    const interval = { ...spanOf(start.now, end), routes, jobs: this.jobs.filled(), isLast }
    for (const record of this.#rollups.take(interval)) this.#buffer.push(record)
    if (isLast) this.#queues.endMinute()
    this.requests.clear()
    this.jobs.clear()
    this.#intervalStart = end
    if (!isLast) this.#finished?.endInterval()
    this.#records.startInterval()
    const { collectMs, flushMs } = this.#reporter
    const { dropped } = this.#buffer
    const heartbeat = this.#buildHeartbeat({
      figures: this.#figures,
      framework: [...this.#frameworks].join(', ') || null,
      requests: figures,
      connections: this.requests.takeConnections(),
      recorder: { collectMs, flushMs, dropped, bufferedBytes: this.#bufferedBytes },
      setup: setupOf(
        [...this.requests.setup, ...setupOfFinished(this.#options)],
        this.#frameworks.size > 0 && this.#end?.isUnseen() === true,
      ),
    })
    if (!isLast) {
      this.#link?.beat(heartbeat)
      this.#heartbeatThread?.note(heartbeat)
    }
    return heartbeat
  }

  get #bufferedBytes(): number {
    return this.#buffer.bytes + (this.#finished?.bytes ?? 0)
  }

  async #flush(): Promise<void> {
    await this.#reporter.flush()
    await this.#finished?.flush()
  }

  #flushNow(): void {
    this.#records.finish()
    this.#reporter.flushNow()
    this.#finished?.flushNow()
  }

  #sayLast(leaves: boolean): void {
    this.#records.finish()
    this.#heartbeatThread?.hold()
    if (this.#reporter.status.error) return
    this.#reporter.flushNow()
    this.#finished?.flushNow()
    void (leaves ? this.#threads?.depart() : this.#threads?.report(true))
    if (leaves) this.#writer.removeNode(this.#options.service, this.#options.node).catch(this.#onFault)
  }

  async #stop(): Promise<void> {
    this.#end?.unwatch()
    this.requests.stop()
    await this.#reporter.stop(() =>
      Promise.all([this.#heartbeatThread?.stop(), this.#queues.stop(), this.#threads?.stop(), this.#finished?.flush()]),
    )
    this.#link?.close()
    this.#probes.stop()
    await this.#writer.close()
  }

  #depart(): Promise<void> {
    return this.#reporter.depart(() => {
      this.#heartbeatThread?.hold()
      return Promise.all([this.#queues.leave(), this.#threads?.depart(), this.#finished?.flush()])
    })
  }

  #hasStore(): boolean {
    const { error, lastReportAt } = this.#reporter.status
    return error === null && lastReportAt !== null
  }

  #probeFault(probe: string, error: Error): void {
    this.#notices.once(`probe ${probe}`, `the probe "${probe}" is left out: ${wordsOf(error)}.`)
  }
}
