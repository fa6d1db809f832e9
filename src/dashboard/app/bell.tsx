import { Bell as BellIcon } from 'lucide-react'
import { useAlertsLive } from '../api/alerts-now.js'
import { NO_FILTER } from '../api/filter.js'
import { useHasAlerts } from '../api/session.js'
import { count, plural } from '../ui/format.js'
import { ICON_BUTTON } from '../ui/icon-button.js'
import { PageLink } from '../ui/page-link.js'

/** How many alerts nobody has seen to yet. The last known number stays until there is another. */
export function Bell() {
  const { data } = useAlertsLive()
  const hasAlerts = useHasAlerts()
  if (hasAlerts === false) return null
  const { unseen = 0, critical = 0 } = data?.totals ?? {}
  const label =
    unseen === 0 ? 'Alerts' : `Alerts: ${plural(unseen, 'new one')}${critical > 0 ? `, ${critical} critical` : ''}`
  return (
    <PageLink
      to={{ ...NO_FILTER, page: 'alerts' }}
      aria-label={label}
      title={label}
      data-bell={critical > 0 ? 'critical' : unseen > 0 ? 'warning' : 'quiet'}
      className={`${ICON_BUTTON} relative`}
    >
      <BellIcon className="size-4" aria-hidden="true" />
      {unseen > 0 && (
        <span
          aria-hidden="true"
          className={`absolute -top-1.5 -right-1.5 grid h-4.5 min-w-4.5 place-items-center rounded-full px-1 text-[0.6875rem] leading-none font-semibold text-panel ${critical > 0 ? 'bg-bad' : 'bg-warn'}`}
        >
          {unseen > 99 ? '99+' : count(unseen)}
        </span>
      )}
    </PageLink>
  )
}
