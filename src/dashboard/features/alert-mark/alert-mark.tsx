import { BellRing } from 'lucide-react'
import { useCallback } from 'react'
import type { Alert } from '../../../api/alerts.js'
import { useAlertsOf } from '../../api/alerts-now.js'
import { NO_FILTER } from '../../api/filter.js'
import { plural } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { isOf, type MarkedSubject } from './marked.js'

/** That alerts fire for what it stands at, as the way to them. Nothing without any. */
export function AlertMark({ of }: { of: MarkedSubject }) {
  const asked = JSON.stringify(of)
  const isAbout = useCallback((alert: Alert) => isOf(alert, JSON.parse(asked) as MarkedSubject), [asked])
  const alerts = useAlertsOf(isAbout)
  const [first] = alerts
  if (!first) return null
  const isCritical = alerts.some(({ severity }) => severity === 'critical')
  const isQuiet = alerts.every(({ acknowledged, silence }) => acknowledged !== null || silence !== null)
  const words = alerts.map(({ ruleName, text }) => `${ruleName}: ${text}`).join('\n')
  return (
    <PageLink
      to={{ ...NO_FILTER, page: 'alerts', alert: alerts.length === 1 ? first.id : '', ...narrowed(of, alerts.length) }}
      title={words}
      aria-label={`${plural(alerts.length, 'alert')}: ${alerts.map(({ ruleName }) => ruleName).join(', ')}`}
      data-alert-mark=""
      className={`inline-flex shrink-0 items-center gap-1 rounded-md px-1.5 py-0.5 align-middle text-xs font-semibold ${isQuiet ? 'bg-raised text-soft' : isCritical ? 'bg-bad-wash text-bad' : 'bg-warn-wash text-warn'}`}
    >
      <BellRing className="size-3" aria-hidden="true" />
      {alerts.length}
    </PageLink>
  )
}

/** Several alerts are listed. */
function narrowed(of: MarkedSubject, amount: number): { service?: string } {
  return amount > 1 && 'service' in of ? { service: of.service } : {}
}
