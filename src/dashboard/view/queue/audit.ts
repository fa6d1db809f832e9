import type { AuditEntry } from '../../../protocol/queue-views.js'

/** One thing that somebody did: what they were about to, and what came of it. */
export interface AuditLine {
  operation: string
  intent: AuditEntry | null
  result: AuditEntry | null
  /** Of the two, whichever is there: who, what and where. */
  about: AuditEntry
}

/** Intents and their results together. @param newestFirst as the trail is read; the older half of a pair may not have been */
export function pairsOf(newestFirst: readonly AuditEntry[]): readonly AuditLine[] {
  const lines = new Map<string, AuditLine>()
  for (const entry of newestFirst) {
    const known = lines.get(entry.operation) ?? {
      operation: entry.operation,
      intent: null,
      result: null,
      about: entry,
    }
    // A bulk operation may tell more than once how it goes: the newest counts.
    if (entry.step === 'intent') known.intent ??= entry
    else known.result ??= entry
    known.about = known.intent ?? known.result ?? entry
    lines.set(entry.operation, known)
  }
  return [...lines.values()]
}
