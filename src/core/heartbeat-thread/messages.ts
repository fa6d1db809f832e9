import type { Heartbeat } from '../../protocol/index.js'

/** Memory that the main thread and its heartbeat thread share, in 32-bit integers. */
export const SLOTS = {
  /** Counts up while the event loop turns. */
  turns: 0,
  /** 1 while the node leaves: a heartbeat would bring it back. */
  isHeld: 1,
  /** 1 while Node's inspector listens: a debugger may have stopped the app, and must not be disturbed. */
  isInspected: 2,
  count: 3,
} as const

/** Where `/livez` is served. */
export interface LivezPlace {
  readonly host: string
  readonly port: number
  /** How long the event loop may be blocked, ms. */
  readonly maxBlockedMs: number
}

/** What a heartbeat thread gets when it starts. */
export interface ThreadSetup {
  /** See {@link SLOTS}. */
  readonly slots: Int32Array
  /** Period of the counter, ms. */
  readonly pulseMs: number
  readonly intervalMs: number
  readonly disks: readonly string[]
  readonly writesStack: boolean
  readonly livez: LivezPlace | null
}

/** To the thread: the node's last heartbeat. */
export interface LastBeat {
  readonly heartbeat: Heartbeat
}

/**
 * From the thread: a line for the log, each topic once; or that a heartbeat of a blocked loop may have been written after one of the loop that
 * turns again.
 */
export type ThreadMessage =
  | { readonly kind: 'notice'; readonly topic: string; readonly text: string }
  | { readonly kind: 'overlapped' }

/** Precise to half a second at most: each period wakes an idle process up. @param intervalMs between two heartbeats */
export function pulseOf(intervalMs: number): number {
  return Math.min(500, Math.max(10, intervalMs / 20))
}
