import { globalSlot } from '../lib/global-slot.js'
import { uniqueSources } from '../lib/unique-sources.js'
import type { QueueSource } from '../ports/index.js'

interface Shared {
  readonly source: QueueSource
  holders: number
}

/** Lets a Zenith in this process find what its recorders watch. */
const sharedSources = globalSlot('queues', () => new Map<QueueSource, Shared>())

/**
 * Registers a source in this process.
 *
 * @returns unregisters it; the last call for a source closes it. Never rejects; idempotent.
 */
export function shareSource(source: QueueSource): () => Promise<void> {
  const shared = sharedSources.get().get(source) ?? { source, holders: 0 }
  sharedSources.get().set(source, shared)
  shared.holders += 1
  let closed: Promise<void> | null = null
  return () => {
    closed ??= giveBack(shared)
    return closed
  }
}

/** The sources that recorders of this process watch, one for each place and list of names. Callers must not close them. */
export function registeredSources(): readonly QueueSource[] {
  return uniqueSources(sharedSources.get().keys())
}

async function giveBack(shared: Shared): Promise<void> {
  shared.holders -= 1
  if (shared.holders > 0) return
  sharedSources.get().delete(shared.source)
  try {
    await shared.source.close()
  } catch {
    // A source that fails to close is no longer used.
  }
}
