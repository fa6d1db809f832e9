import type { QueueSource } from './ports.js'

interface Shared {
  readonly source: QueueSource
  holders: number
}

/** Kept on one global slot, so that a Zenith of this process finds what its recorders watch, whichever copy they come from. */
const SLOT = Symbol.for('@gravito/quasar/queues')

function sharedSources(): Map<QueueSource, Shared> {
  const slot = globalThis as { [SLOT]?: Map<QueueSource, Shared> }
  slot[SLOT] ??= new Map()
  return slot[SLOT]
}

/**
 * Makes a source known to this process.
 *
 * @returns takes that back; the last one to do so closes the source. Never rejects; twice is harmless.
 */
export function shareSource(source: QueueSource): () => Promise<void> {
  const shared = sharedSources().get(source) ?? { source, holders: 0 }
  sharedSources().set(source, shared)
  shared.holders += 1
  let closed: Promise<void> | null = null
  return () => {
    closed ??= giveBack(shared)
    return closed
  }
}

/** The sources that recorders of this process watch, one for each place and list of names; they are not the reader's to close. */
export function registeredSources(): readonly QueueSource[] {
  const unique = new Map<string, QueueSource>()
  for (const source of sharedSources().keys()) {
    const { driver, place, names } = source
    const identity = JSON.stringify([driver, place, names])
    if (!unique.has(identity)) unique.set(identity, source)
  }
  return [...unique.values()]
}

async function giveBack(shared: Shared): Promise<void> {
  shared.holders -= 1
  if (shared.holders > 0) return
  sharedSources().delete(shared.source)
  try {
    await shared.source.close()
  } catch {
    // What a source does wrong at its end is nobody's concern any more.
  }
}
