import type { Sender } from '../../alerts/notification.js'
import { createObserver } from '../../alerts/observe/observer.js'
import type { AlertSettings } from '../../alerts/options.js'
import type { ArchiverStatus } from '../../archiver/archiver.js'
import { monotonic } from '../../lib/clock.js'
import type { ControlStore, Logger } from '../../ports/index.js'
import type { MonitorService } from '../fleet/monitor-service.js'
import { AlertService } from './alert-service.js'

export interface AlertParts {
  readonly settings: AlertSettings
  readonly sender: Sender
  readonly monitor: MonitorService
  readonly store: ControlStore | null
  /** Null without an archive. */
  readonly archiver: { readonly status: ArchiverStatus } | null
  readonly secret: string | undefined
  readonly logger: Logger | undefined
}

/** The alerts of a Zenith, from its parts. */
export function openAlerts({ settings, archiver, ...parts }: AlertParts): AlertService {
  const { rules, receivers, url, smtp } = settings
  const startedAt = monotonic()
  return new AlertService({
    ...{ ...parts, rules, receivers, url },
    canMail: smtp !== null,
    observer: createObserver,
    preview: async () => ({ from: 0, to: 0, times: null, spans: [], subjects: 0, why: 'There is no history yet.' }),
    archiveBehindMs: archiver && (() => behindMs(archiver.status, parts.monitor.now, monotonic() - startedAt)),
  })
}

/** One that waits for another Zenith knows nothing of it. */
function behindMs({ state, at }: ArchiverStatus, now: number, sinceStart: number): number | null {
  if (state === 'waiting') return null
  if (at !== null) return Math.max(0, now - at)
  return state === 'failing' ? sinceStart : null
}
