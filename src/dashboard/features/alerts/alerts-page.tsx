import { useState } from 'react'
import type { Overview } from '../../../api/overview.js'
import { useAlerts } from '../../api/alerts-now.js'
import { useHasAlerts } from '../../api/session.js'
import { ALERT_TABS, type AlertTab } from '../../routing/pages.js'
import { changePage, changeScope, usePage } from '../../routing/route.js'
import { EmptyState } from '../../ui/empty-state.js'
import { count } from '../../ui/format.js'
import { Notice, type NoticeText } from '../../ui/notice.js'
import { PageBar } from '../../ui/page-bar.js'
import { PageLink } from '../../ui/page-link.js'
import { useInSight } from '../../ui/use-in-sight.js'
import { Deliveries } from './deliveries.js'
import { Firing } from './firing.js'
import { AlertHistory } from './history.js'
import { AlertProblems } from './problems.js'
import { Receivers } from './receivers.js'
import { Rules } from './rules.js'
import { Silences } from './silences.js'

const TAB_NAMES: Readonly<Record<AlertTab, string>> = {
  firing: 'Firing',
  history: 'History',
  rules: 'Rules',
  silences: 'Silences',
  receivers: 'Receivers',
  deliveries: 'Deliveries',
}

/** What is not ok, and who is told. */
export function AlertsPage({ overview }: { overview: Overview }) {
  const { tab, kept } = usePage('alerts')
  const { data } = useAlerts()
  const isOff = useHasAlerts() === false
  const [notice, setNotice] = useState<NoticeText | null>(null)
  const Part = PARTS[tab]
  return (
    <>
      <PageBar
        title="Alerts"
        hasFilter={tab === 'firing' || tab === 'history'}
        hasPeriod={tab === 'history'}
        all={{ isChosen: kept === 'all', onChoose: showAll }}
      />
      {isOff ? (
        <div className="panel px-4 py-12">
          <EmptyState title="Alerts are switched off">
            This Zenith was started with <code>alerts: false</code>.
          </EmptyState>
        </div>
      ) : (
        <div className="flex min-w-0 flex-col gap-4">
          <Tabs chosen={tab} firing={data?.totals.firing ?? null} hasUnseen={(data?.totals.unseen ?? 0) > 0} />
          <AlertProblems problems={data?.problems ?? []} />
          <Notice notice={notice} onClose={() => setNotice(null)} />
          <Part overview={overview} say={setNotice} />
        </div>
      )}
    </>
  )
}

/** Changes of all times. */
function showAll(): void {
  changeScope({ from: 0, to: 0 })
  changePage('alerts', { kept: 'all' })
}

const PARTS = {
  firing: Firing,
  history: AlertHistory,
  rules: Rules,
  silences: Silences,
  receivers: Receivers,
  deliveries: Deliveries,
} as const

interface TabsProps {
  chosen: AlertTab
  firing: number | null
  hasUnseen: boolean
}

function Tabs({ chosen, firing, hasUnseen }: TabsProps) {
  const tabs = useInSight(chosen)
  return (
    <nav ref={tabs} aria-label="Parts of the alerts" className="-mx-1 flex min-w-0 gap-1 overflow-x-auto px-1 py-1">
      {ALERT_TABS.map((tab) => (
        <PageLink
          key={tab}
          to={{ page: 'alerts', tab, ...(tab === 'history' && { kept: 'all' }) }}
          aria-current={tab === chosen ? 'true' : undefined}
          className="inline-flex items-center gap-2 rounded-lg border border-transparent px-2.5 py-1.5 font-medium whitespace-nowrap text-soft hover:bg-raised hover:text-text aria-[current=true]:border-line aria-[current=true]:bg-panel aria-[current=true]:text-text"
        >
          {TAB_NAMES[tab]}
          {tab === 'firing' && firing !== null && (
            <span
              className={`rounded-full bg-track px-1.5 text-xs font-semibold ${hasUnseen ? 'text-bad' : 'text-text'}`}
            >
              {count(firing)}
            </span>
          )}
        </PageLink>
      ))}
    </nav>
  )
}
