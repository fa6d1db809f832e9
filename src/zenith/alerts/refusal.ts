/** Why a store that can be read accepts no writes. */
export interface Refusal {
  readonly code: string
  /** In words, without secrets. */
  readonly text: string
  /** Unix ms by the store's clock. */
  readonly since: number
}

interface RefusalError extends Error {
  readonly code: string
}

/** The server refuses writes of any client. */
const OF_ALL: ReadonlySet<unknown> = new Set(['OOM', 'MISCONF', 'NOREPLICAS', 'CLUSTERDOWN', 'SLOTDOWN'])
/** It refuses those of this one: others may write elsewhere, or with other rights. */
const OF_THIS: ReadonlySet<unknown> = new Set(['READONLY', 'NOPERM', 'WRONGTYPE'])

export function isRefusal(error: unknown): error is RefusalError {
  return error instanceof Error && 'code' in error && (OF_ALL.has(error.code) || OF_THIS.has(error.code))
}

/** @param before of the last attempt */
export function refusalOf({ code, message }: RefusalError, before: Refusal | null, now: number): Refusal {
  return { code, text: message, since: Math.min(before?.since ?? now, now) }
}

/** Whether a user's rights are the reason: that is no outage. */
export function isDenied(refusal: Refusal | null): boolean {
  return refusal?.code === 'NOPERM'
}

/** Whether no node can report. @param hasLive whether any node has reported lately */
export function hidesNodes(refusal: Refusal | null, hasLive: boolean): boolean {
  if (!refusal || isDenied(refusal)) return false
  return OF_ALL.has(refusal.code) || !hasLive
}
