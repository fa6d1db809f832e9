import { allRecorders, leaseOldest, onNextRecorder } from '../../core/lease.js'
import { consoleLogger, noticesOf } from '../../core/options/logger.js'
import { leaseRecorder, type RecorderLease } from '../../runtime/start-quasar.js'

const notices = noticesOf(consoleLogger)

/** Says once why nothing is reported. */
export function noteFault(error: unknown): void {
  if (error instanceof Error) notices.once('fault', `nothing is monitored: ${error.message.replace(/^Quasar: /, '')}`)
}

export function noteNothingFound(): void {
  notices.info(
    'found no Express, Fastify, Hono, Nest or BullMQ, so this process reports its heartbeat alone. If they are bundled into the app, register Quasar in its code.',
  )
}

let isOn = false

/** Whether the recorder is the one of the variables, and no other has been started since. */
export function isHolding(): boolean {
  return isOn
}

/** Starts a recorder by the variables of the environment, unless there is one. The next one that the app's own code starts takes its place. */
export function holdRecorder(): void {
  if (allRecorders().length > 0) return
  const { release } = leaseRecorder()
  isOn = true
  onNextRecorder(() => {
    isOn = false
    void release()
  })
}

/**
 * Takes a share in the recorder of the process: the app's own where its code has started one.
 *
 * @throws QuasarError `invalid_option` for a variable
 */
export function shareRecorder(framework: string): RecorderLease {
  holdRecorder()
  const lease = leaseOldest() ?? leaseRecorder({}, framework)
  lease.recorder.addFramework(framework)
  return lease
}
