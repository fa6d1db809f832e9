import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common'
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core'
import type { Recorder, RecorderStatus } from '../../core/recorder.js'
import type { CaptureContext } from '../../core/report/records.js'
import type { QueueSource } from '../../ports/index.js'
import { monitorSources } from '../../runtime/monitor-sources.js'
import { leaseRecorder, type MonitoredQueues, type RecorderLease } from '../../runtime/start-quasar.js'
import { addApp } from './apps.js'
import { watchClasses, watchEntryPoints } from './entry-points.js'
import { followAdapter } from './follow-adapter.js'
import { CLASSES } from './internals/classes.js'
import { QUASAR_OPTIONS, type QuasarModuleOptions, recorderOptions } from './options.js'

/** What the app says to Quasar itself. */
@Injectable()
export class QuasarService implements OnApplicationShutdown {
  readonly #lease: RecorderLease
  readonly #removeApp: () => void

  constructor(
    @Inject(QUASAR_OPTIONS) options: QuasarModuleOptions,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    this.#lease = leaseRecorder(recorderOptions(options), 'nest')
    this.#removeApp = addApp(modules, this.recorder)
    watchEntryPoints(modules)
    watchClasses(CLASSES)
    this.follow()
  }

  /** @internal */
  get recorder(): Recorder {
    return this.#lease.recorder
  }

  /** Reports an error that the app handled itself. Never throws. */
  captureException(error: unknown, context?: CaptureContext): void {
    this.recorder.captureException(error, context)
  }

  /**
   * Follows a piece of the app's own work as a job of this name.
   *
   * @returns what `fn` gives; what it throws passes through
   */
  run<T>(name: string, fn: () => T): T {
    return this.recorder.run(name, fn)
  }

  /**
   * Reports queues from now on, as `quasar.monitorQueues` does; those of BullModule are reported by themselves.
   *
   * @throws QuasarError `invalid_option` for what is no queue source
   */
  monitorQueues(...sources: QueueSource[]): MonitoredQueues {
    return monitorSources(this.recorder, sources)
  }

  status(): RecorderStatus {
    return this.recorder.status()
  }

  /** @internal Harmless when the app is followed already, or has no server. */
  follow(): void {
    if (this.host.httpAdapter) followAdapter(this.host.httpAdapter, this.recorder.requests)
  }

  /** Called by Nest, after the server and the workers have closed. */
  onApplicationShutdown(): Promise<void> {
    this.#removeApp()
    return this.#lease.release()
  }
}
