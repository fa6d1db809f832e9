import type { AuditEntry } from '../../../protocol/audit.js'

/** One thing that somebody did: what they were about to, and what came of it. */
export interface AuditLine {
  /** Tells it from the others. */
  key: string
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
    // What is none of Zenith's stands in the place of nothing that is.
    const isUntrusted = entry.trust === 'unsigned' || entry.trust === 'forged'
    const key = isUntrusted ? `${entry.operation} ${entry.id}` : entry.operation
    const known = lines.get(key) ?? {
      key,
      operation: entry.operation,
      intent: null,
      result: null,
      about: entry,
    }
    // A bulk operation may tell more than once how it goes: the newest counts.
    if (entry.step === 'intent') known.intent ??= entry
    else known.result ??= entry
    known.about = known.intent ?? known.result ?? entry
    lines.set(key, known)
  }
  return [...lines.values()]
}
