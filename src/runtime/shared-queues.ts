import { globalSlot } from '../lib/global-slot.js'
import { uniqueSources } from '../lib/unique-sources.js'
import type { QueueSource } from '../ports/index.js'

interface Shared {
  readonly source: QueueSource
  holders: number
}

/** So that a Zenith of this process finds what its recorders watch. */
const sharedSources = globalSlot('queues', () => new Map<QueueSource, Shared>())

/**
 * Makes a source known to this process.
 *
 * @returns takes that back; the last one to do so closes the source. Never rejects; twice is harmless.
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

/** The sources that recorders of this process watch, one for each place and list of names; they are not the reader's to close. */
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
    // What a source does wrong at its end is nobody's concern any more.
  }
}
