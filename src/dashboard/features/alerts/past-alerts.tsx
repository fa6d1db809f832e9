import type { PastAlert, PastAlerts } from '../../../api/past-alerts.js'
import { timeTravelTarget } from '../../routing/time-travel-target.js'
import { duration, exactTime } from '../../ui/format.js'
import { LINK_BUTTON } from '../../ui/link-style.js'
import { PageLink } from '../../ui/page-link.js'
import { Tag } from '../../ui/tag.js'
import { SeverityMark, SubjectLink } from './marks.js'

/** Alerts that fired at a time of the past. @param none what to say without any */
export function PastAlertList({ alerts, none }: { alerts: PastAlerts; none: string }) {
  const { items, isCut, since } = alerts
  return (
    <>
      {items.length === 0 ? (
        <p className="label">{none}</p>
      ) : (
        <ul className="panel long overflow-hidden" aria-label="Alerts that fired">
          {items.map((alert) => (
            <PastAlertRow key={`${alert.id} ${alert.firedAt}`} alert={alert} />
          ))}
        </ul>
      )}
      {isCut && <p className="label mt-2">There were more: the worst {items.length} are listed.</p>}
      <p className="label mt-2">
        One that fired before {exactTime(since)}, and of which nothing was heard since, is missing.
      </p>
    </>
  )
}

function PastAlertRow({ alert }: { alert: PastAlert }) {
  const { id, ruleName, severity, subject, text, firedAt, endedAt, acknowledgedBy, isSure } = alert
  return (
    <li className="row-idle flex flex-wrap items-start justify-between gap-x-6 gap-y-2 border-b border-line px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 flex-[1_1_20rem]">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <SeverityMark severity={severity} isQuiet={acknowledgedBy !== null} />
          <b className="font-semibold">{ruleName}</b>
          <SubjectLink subject={subject} />
        </p>
        <p className="label min-w-0 break-words">
          {text} · fired {exactTime(firedAt)}
          {endedAt !== null && `, over after ${duration(endedAt - firedAt)}`}
        </p>
        <p className="flex min-w-0 flex-wrap gap-1.5 empty:hidden">
          {acknowledgedBy !== null && <Tag>acknowledged by {acknowledgedBy}</Tag>}
          {!isSure && (
            <Tag isWarning title="Changes were lost, and its end may be among them">
              may have been over
            </Tag>
          )}
        </p>
      </div>
      <div className="flex shrink-0 flex-wrap gap-1.5">
        <PageLink to={timeTravelTarget(firedAt)} className={LINK_BUTTON}>
          When it fired
        </PageLink>
        <PageLink to={{ page: 'alerts', tab: 'history', alert: id, kept: 'all' }} className={LINK_BUTTON}>
          Its history
        </PageLink>
      </div>
    </li>
  )
}
