import type { ReactNode } from 'react'
import { slowIdentity } from '../../../api/identity.js'
import type { SlowEntry } from '../../../protocol/slow-entry.js'
import { useSeries } from '../../routing/route.js'
import { EmptyState } from '../../ui/empty-state.js'
import { PageLink } from '../../ui/page-link.js'
import { RecordList } from '../../ui/record-list.js'
import { Section } from '../../ui/section.js'
import { SlowEntryRow } from './slow-entry-row.js'

/** The newest slow requests and jobs, each with what the process did meanwhile. */
export function SlowRequestWidget({ slow }: { slow: readonly SlowEntry[] }) {
  return (
    <Section
      title="Slow requests and jobs"
      aside={slow.length > 0 ? `newest ${slow.length}` : ''}
      more={<PageLink to={{ page: 'slow', series: useSeries() }}>All slow</PageLink>}
    >
      <RecordList
        items={slow}
        row={(entry) => <SlowEntryRow key={slowIdentity(entry)} entry={entry} />}
        empty={<NothingSlow />}
      />
    </Section>
  )
}

/** What would make slow requests and jobs appear here. */
export function NothingSlow({ when = '', children }: { when?: string; children?: ReactNode }) {
  return (
    <EmptyState title={when ? `Nothing slow in ${when}` : 'Nothing slow'}>
      Requests and jobs over their threshold (1 s, or the option <code>slow</code>) appear here. {children}
    </EmptyState>
  )
}
