import type { Sender } from '../../alerts/notification.js'
import { createObserver } from '../../alerts/observe/observer.js'
import { preview } from '../../alerts/preview/preview.js'
import type { AlertSettings } from '../../alerts/settings/options.js'
import type { ArchiverStatus } from '../../archiver/archiver.js'
import { monotonic } from '../../lib/clock.js'
import type { Archive, ControlStore, Logger } from '../../ports/index.js'
import type { MonitorService } from '../fleet/monitor-service.js'
import type { QueueHistories } from '../queues/history/queue-histories.js'
import { AlertService } from './alert-service.js'
import type { LiveTraffic } from './past/live-traffic.js'
import { pastFrom } from './past/past.js'

export interface AlertParts {
  readonly settings: AlertSettings
  readonly sender: Sender
  readonly monitor: MonitorService
  /** The last hour of services. */
  readonly live: LiveTraffic
  readonly store: ControlStore | null
  readonly histories: QueueHistories
  /** Null without one. */
  readonly archive: Archive | null
  /** Null without an archive. */
  readonly archiver: { readonly status: ArchiverStatus } | null
  readonly secret: string | undefined
  readonly logger: Logger | undefined
}

/** The alerts of a Zenith, from its parts. */
export function openAlerts({ settings, archiver, histories, archive, live, ...parts }: AlertParts): AlertService {
  const { rules, receivers, url, smtp, allowedNetworks } = settings
  const startedAt = monotonic()
  return new AlertService({
    ...{ ...parts, rules, receivers, url, allowedNetworks },
    canMail: smtp !== null,
    observer: createObserver,
    preview: (rule, observer) =>
      preview(rule, pastFrom({ monitor: parts.monitor, live, histories, archive, observer }, '24h')),
    archiveBehindMs: archiver && (() => behindMs(archiver.status, parts.monitor.now, monotonic() - startedAt)),
  })
}

/** One that waits for another Zenith knows nothing of it. */
function behindMs({ state, at }: ArchiverStatus, now: number, sinceStart: number): number | null {
  if (state === 'waiting') return null
  if (at !== null) return Math.max(0, now - at)
  return state === 'failing' ? sinceStart : null
}
