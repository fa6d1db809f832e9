import { globalSlot } from '../lib/global-slot.js'
import type { Recorder } from './recorder.js'

/** A share in a recorder. */
export interface RecorderLease {
  readonly recorder: Recorder
  /** Releases the share; the last release stops the recorder. Never rejects; idempotent. */
  release(): Promise<void>
}

interface Leased {
  readonly recorder: Recorder
  holders: number
}

const leases = globalSlot('leases', () => new Map<string, Leased>())

/** Takes a share in the recorder of this name, and starts the recorder if there is none. */
export function leaseOf(name: string, start: () => Recorder): RecorderLease {
  const leased = leases.get().get(name) ?? { recorder: start(), holders: 0 }
  leases.get().set(name, leased)
  leased.holders += 1
  let released: Promise<void> | null = null
  return {
    recorder: leased.recorder,
    release() {
      released ??= giveBack(name, leased)
      return released
    },
  }
}

/** The recorders of this process in the order in which they were started. */
export function allRecorders(): Recorder[] {
  return [...leases.get().values()].map((leased) => leased.recorder)
}

function giveBack(name: string, leased: Leased): Promise<void> {
  leased.holders -= 1
  if (leased.holders > 0) return leased.recorder.flush()
  leases.get().delete(name)
  return leased.recorder.stop()
}
