import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { QuasarOptions } from '../../core/options.js'
import type { Recorder, RecorderStatus } from '../../core/recorder.js'
import type { CaptureContext } from '../../core/records.js'
import { leaseRecorder, type RecorderLease } from '../../quasar.js'
import { followAdapter } from './follow-adapter.js'
import { QUASAR_OPTIONS } from './options.js'
import { watchExceptions } from './watch-exceptions.js'

/** What the app says to Quasar itself. */
@Injectable()
export class QuasarService implements OnApplicationShutdown {
  readonly #lease: RecorderLease

  constructor(
    @Inject(QUASAR_OPTIONS) options: QuasarOptions,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {
    this.#lease = leaseRecorder(options, 'nest')
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

  status(): RecorderStatus {
    return this.recorder.status()
  }

  /** @internal Harmless when the app is followed already, or has no server. */
  follow(): void {
    watchExceptions(this.recorder.requests)
    if (this.host.httpAdapter) followAdapter(this.host.httpAdapter, this.recorder.requests)
  }

  /** Called by Nest, after the server and the workers have closed. */
  onApplicationShutdown(): Promise<void> {
    return this.#lease.release()
  }
}
