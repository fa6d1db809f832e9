import { isMainThread } from 'node:worker_threads'
import type { SetupNote } from '../protocol/index.js'

/**
 * How Quasar is built into the app, as far as it can be told: what integrations noticed, and whether anybody waits for the
 * signals that end a server. Without that it is gone before it says good-bye, and its node looks lost after each deploy.
 */
export function setupOf(noted: Iterable<SetupNote>, frameworks: number): readonly SetupNote[] {
  return [...noted, ...(frameworks > 0 && endsUnseen() ? (['no-shutdown'] as const) : [])]
}

/** Asked at each report: a server may wait for signals later than Quasar starts. Only the main thread gets them. */
function endsUnseen(): boolean {
  return isMainThread && process.listenerCount('SIGTERM') === 0 && process.listenerCount('SIGINT') === 0
}
