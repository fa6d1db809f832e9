import type { Recorder } from '../core/recorder.js'
import { QuasarError } from '../lib/errors.js'
import { isFunction, isObject, isText } from '../lib/options.js'
import type { QueueSource } from '../ports/index.js'
import { shareSource } from './shared-queues.js'

/** Queues that are reported. */
export interface MonitoredQueues {
  /** Stops reporting them, unless they were also passed in elsewhere, and closes their sources. Never rejects; idempotent. */
  stop(): Promise<void>
}

const NO_SOURCE = 'Quasar: monitorQueues() takes queue sources, such as bullmqQueues({ connection }).'

/**
 * Makes a recorder report the queues of sources; a Zenith in this process finds the sources, too.
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
