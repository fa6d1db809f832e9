import type { QueueSource } from '../../../src/ports/index.js'
import { type LaravelQueuesOptions, laravelQueues } from '../../../src/queues/laravel/index.js'

type Methods = 'jobs' | 'search' | 'scan' | 'job' | 'retry' | 'remove'
export type WholeSource = QueueSource & Required<Pick<QueueSource, Methods>>

/** A source that may meet Horizon, and so has all methods. */
export function wholeSource(options: LaravelQueuesOptions): WholeSource {
  const source = laravelQueues(options)
  if (!source.jobs || !source.search || !source.scan || !source.job || !source.retry || !source.remove)
    throw new Error('Methods are missing')
  return source as WholeSource
}
