import { clearTimeout, setTimeout } from '../../lib/clock.js'
import { SLOTS } from './messages.js'

/** Counts while the event loop turns. Its timer does not keep the process alive. @returns ends it */
export function startPulse(slots: Int32Array, periodMs: number, watchesInspector: boolean): () => void {
  const isInspected = watchesInspector ? inspectorCheck() : () => false
  let timer: NodeJS.Timeout
  const beat = () => {
    Atomics.store(slots, SLOTS.isInspected, isInspected() ? 1 : 0)
    Atomics.add(slots, SLOTS.turns, 1)
    timer = setTimeout(beat, periodMs)
    timer.unref()
  }
  beat()
  return () => clearTimeout(timer)
}

/** Node may be built without an inspector. */
function inspectorCheck(): () => boolean {
  const inspector = process.getBuiltinModule?.('node:inspector')
  return inspector ? () => inspector.url() !== undefined : () => true
}
