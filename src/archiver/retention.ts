import type { ArchiveLimits } from '../ports/index.js'
import { LEVELS } from './figures/levels.js'

const DAY_MS = 24 * 60 * 60_000

/** How much the archive keeps. The limits work together: what exceeds one of them is deleted, oldest first. */
export interface Retention {
  /** Days of slow requests and jobs, exceptions, events and changes of alerts. The audit trail is never deleted. @default 90 */
  readonly recordDays?: number | undefined
  /** Days of finished jobs, without payloads. @default no limit */
  readonly jobDays?: number | undefined
  /** Days of payloads, and of the search in them. @default 30 */
  readonly payloadDays?: number | undefined
  /** Size of the whole archive, bytes. @default 20 GB */
  readonly maxBytes?: number | undefined
  /** Share of the disk that stays free, 0 to 1. @default 0.1 */
  readonly minFreeShare?: number | undefined
}

const NAMES = new Set(['recordDays', 'jobDays', 'payloadDays', 'maxBytes', 'minFreeShare'])
const DEFAULTS = { recordDays: 90, payloadDays: 30, maxBytes: 20e9, minFreeShare: 0.1 } as const

/** Whether a value is a {@link Retention}. */
export function isRetention(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value).every(([name, limit]) => {
    if (limit === undefined) return NAMES.has(name)
    const most = name === 'minFreeShare' ? 1 : Number.MAX_SAFE_INTEGER
    return NAMES.has(name) && typeof limit === 'number' && limit > 0 && limit <= most
  })
}

/** @param now Unix ms */
export function limitsOf(retention: Retention, now: number): ArchiveLimits {
  const { recordDays = DEFAULTS.recordDays, jobDays, payloadDays = DEFAULTS.payloadDays } = retention
  return {
    now,
    figuresMs: new Map(LEVELS.map(({ step, keepMs }) => [step, keepMs])),
    recordsMs: recordDays * DAY_MS,
    jobsMs: jobDays === undefined ? null : jobDays * DAY_MS,
    payloadsMs: payloadDays * DAY_MS,
    maxBytes: retention.maxBytes ?? DEFAULTS.maxBytes,
    minFreeShare: retention.minFreeShare ?? DEFAULTS.minFreeShare,
  }
}
