import type { StoreRecord } from '../../ports/index.js'
import type { Keys } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Signer } from '../../signing/signer.js'
import type { ServerClock } from './server-clock.js'

/** A command, and the records that are lost if it fails. */
export interface Step {
  readonly command: Command
  readonly records: readonly StoreRecord[]
  readonly done?: (value: unknown, sentAt: number) => void
  /** Called when the command is denied or unknown, which is no failure then. */
  readonly refused?: () => void
}

export interface Way {
  readonly keys: Keys
  readonly clock: ServerClock
  readonly signer: Signer
}

/** The field `clockAhead`, see `readClockAhead`. @param shift correction of the times, ms */
export function aheadBy(shift: number | null): number | null {
  return shift === null ? null : 0 - shift
}

/** Corrections as of the first write, so that a record that is written twice stays the same. */
const shifts = new WeakMap<StoreRecord, number | null>()

export function shiftOf(entry: StoreRecord, clock: ServerClock): number | null {
  const known = shifts.get(entry)
  if (known !== undefined) return known
  const shift = clock.shift(entry.clockOrigin)
  shifts.set(entry, shift)
  return shift
}

export function just(...command: Command): Step {
  return { command, records: [] }
}

export function keeping(records: readonly StoreRecord[], ...command: Command): Step {
  return { command, records }
}
