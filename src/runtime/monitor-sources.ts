import type { Recorder } from '../core/recorder.js'
import { QuasarError } from '../lib/errors.js'
import { isFunction, isObject, isText } from '../lib/options.js'
import type { QueueSource } from '../ports/index.js'
import { shareSource } from './shared-queues.js'

/** Queues that are reported. */
export interface MonitoredQueues {
  /** Reports them no longer, unless they were named another time, and closes their sources. Never rejects; twice is harmless. */
  stop(): Promise<void>
}

const NO_SOURCE = 'Quasar: monitorQueues() takes queue sources, such as bullmqQueues({ connection }).'

/**
 * Lets a recorder report what sources tell; a Zenith of this process finds them.
 *
 * @throws QuasarError `invalid_option`
 */
export function monitorSources(recorder: Recorder, sources: readonly QueueSource[]): MonitoredQueues {
  for (const source of sources) {
    if (!isSource(source)) throw new QuasarError('invalid_option', NO_SOURCE)
  }
  const watched = recorder.status().enabled
    ? sources.map((source) => recorder.watchQueues(source, shareSource(source)))
    : []
  return {
    async stop() {
      await Promise.all(watched.map((stop) => stop()))
    },
  }
}

function isSource(source: unknown): source is QueueSource {
  return isObject(source) && isFunction(source.read) && isText(source.driver) && isText(source.place)
}
