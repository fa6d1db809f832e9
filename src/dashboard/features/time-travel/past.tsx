import type { ReactNode } from 'react'
import type { Overview } from '../../../api/overview.js'
import type { PastView } from '../../../api/time-travel.js'
import type { Target } from '../../routing/pages.js'
import { exactTime, plural, span } from '../../ui/format.js'
import { LINK_BUTTON } from '../../ui/link-style.js'
import { PageLink } from '../../ui/page-link.js'
import { RecordList } from '../../ui/record-list.js'
import { Section } from '../../ui/section.js'
import { AuditLines } from '../activity/audit-lines.js'
import { PastAlertList } from '../alerts/past-alerts.js'
import { AttemptsTable } from '../archive-jobs/attempts-table.js'
import { SlowEntryRow } from '../slow/slow-entry-row.js'
import { PastException } from './past-exception.js'
import { NodesTable, QueuesTable, ServicesTable } from './past-tables.js'

const AROUND_MS = 5 * 60_000

/** Everything that the archive knows of one moment. Nothing can be done in the past. */
export function Past({ past, overview }: { past: PastView; overview: Overview }) {
  const { at, from, to, services, nodes, queues, alerts, running, exceptions, slow, audit, cut } = past
  const window = { from: at - AROUND_MS, to: at + AROUND_MS }
  return (
    <>
      <div className="flex flex-col gap-2">
        <h2 className="text-base font-semibold tracking-tight">{exactTime(at)}</h2>
        <p className="label">
          Figures are those of the {span(to - from)} from {exactTime(from)}. Nothing can be changed here: it is past.
        </p>
        <Around window={window} />
      </div>
      <Section title="Firing alerts" aside={amount(alerts.items, 'alert')}>
        <PastAlertList alerts={alerts} none="No alert fired at this time, as far as the archive knows." />
      </Section>
      <Section title="Services" aside={amount(services, 'service')}>
        <Known items={services} none="No service reported at this time, or the archive has no figures of it.">
          <ServicesTable services={services} window={window} />
        </Known>
      </Section>
      <Section title="Queues" aside={amount(queues, 'queue')}>
        <Known items={queues} none="The archive knows no queue at this time.">
          <QueuesTable queues={queues} known={overview.queues} />
        </Known>
      </Section>
      <Section title="Jobs that ran" aside={amount(running, 'attempt')}>
        <Known items={running} none="No archived attempt ran at this time. Those that still run are not archived yet.">
          <AttemptsTable jobs={running} label="Jobs that ran" time="Started" />
        </Known>
      </Section>
      <Section title="Nodes" aside={amount(nodes, 'node')}>
        <Known items={nodes} none="No node reported at this time.">
          <NodesTable nodes={nodes} window={window} />
        </Known>
      </Section>
      <div className="grid grid-cols-1 gap-8 lg:grid-cols-2">
        <Section title="Exceptions" aside={near(exceptions, cut.exceptions)}>
          <RecordList
            items={exceptions}
            row={(record) => <PastException key={record.id} record={record} window={window} />}
            empty={<p className="label">None within 5 min.</p>}
          />
        </Section>
        <Section title="Slow" aside={near(slow, cut.slow)}>
          <RecordList
            items={slow}
            row={(entry) => (
              <SlowEntryRow key={`${entry.ts} ${entry.node} ${entry.name} ${entry.durationMs}`} entry={entry} />
            )}
            empty={<p className="label">None within 5 min.</p>}
          />
        </Section>
      </div>
      <Section title="Actions" aside={near(audit, cut.audit)}>
        <Known items={audit} none="Nobody changed anything within 5 min.">
          <AuditLines entries={audit} />
        </Known>
      </Section>
    </>
  )
}

function Around({ window }: { window: { from: number; to: number } }) {
  const links: readonly (readonly [string, Target])[] = [
    ['Jobs', { page: 'jobs', ...window }],
    ['Exceptions', { page: 'exceptions', ...window }],
    ['Slow', { page: 'slow', ...window }],
    ['Activity', { page: 'activity', ...window }],
  ]
  return (
    <nav aria-label="10 min around this time" className="flex flex-wrap items-center gap-2">
      <span className="label">The 10 min around it:</span>
      {links.map(([title, to]) => (
        <PageLink key={title} to={to} className={LINK_BUTTON}>
          {title}
        </PageLink>
      ))}
    </nav>
  )
}

function Known({ items, none, children }: { items: readonly unknown[]; none: string; children: ReactNode }) {
  return items.length > 0 ? children : <p className="label">{none}</p>
}

function amount(items: readonly unknown[], one: string): string {
  return items.length > 0 ? plural(items.length, one) : ''
}

/** The nearest on both sides of the time, where there were too many. */
function near(items: readonly unknown[], isCut: boolean): string {
  return isCut ? `5 min before and after: the nearest ${items.length}` : '5 min before and after'
}
