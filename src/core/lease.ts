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
const starts = globalSlot('recorder-starts', () => new Set<() => void>())

/** Takes a share in the recorder of this name, and starts the recorder if there is none. */
export function leaseOf(name: string, start: () => Recorder): RecorderLease {
  const known = leases.get().get(name)
  const leased = known ?? { recorder: start(), holders: 0 }
  leases.get().set(name, leased)
  const lease = take(name, leased)
  if (!known) tellStart()
  return lease
}

/** Takes a share in the recorder that was started first; null when there is none. */
export function leaseOldest(): RecorderLease | null {
  for (const [name, leased] of leases.get()) return take(name, leased)
  return null
}

/** Calls back once, when the next recorder starts. Must not throw. */
export function onNextRecorder(listener: () => void): void {
  starts.get().add(listener)
}

function tellStart(): void {
  const listeners = [...starts.get()]
  starts.get().clear()
  for (const listener of listeners) listener()
}

function take(name: string, leased: Leased): RecorderLease {
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
