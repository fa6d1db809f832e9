import { memo } from 'react'
import { slowGroupIdentity } from '../../../api/identity.js'
import type { SlowGroup } from '../../../api/services.js'
import { Ago } from '../../ui/ago.js'
import { count, duration, times } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { RecordList } from '../../ui/record-list.js'
import { Section } from '../../ui/section.js'
import { NothingSlow } from './slow-request-widget.js'

interface SlowGroupsCardProps {
  groups: readonly SlowGroup[]
  /** Of which time, within a sentence. */
  when: string
}

/** Which routes and jobs are slow, the most frequent first; each leads to its entries. */
export const SlowGroupsCard = memo(function SlowGroupsCard({ groups, when }: SlowGroupsCardProps) {
  return (
    <Section
      title="Slow requests and jobs"
      aside={groups.length > 0 ? `by route, ${when}` : ''}
      more={<PageLink to={{ page: 'slow' }}>All slow</PageLink>}
    >
      <RecordList
        items={groups}
        row={(group) => <Group key={slowGroupIdentity(group)} group={group} />}
        empty={<NothingSlow when={when} />}
      />
    </Section>
  )
})

function Group({ group }: { group: SlowGroup }) {
  const { service, kind, name, slowestMs, thresholdMs, last } = group
  return (
    <li className="border-b border-line last:border-b-0">
      <PageLink
        to={{ page: 'slow', service, series: name }}
        data-row=""
        className="block px-4 py-3 -outline-offset-2 hover:bg-raised"
      >
        <span className="flex items-baseline justify-between gap-4">
          <span className="min-w-0 truncate font-mono text-[0.8125rem]" title={name}>
            {name}
          </span>
          <span className="font-semibold whitespace-nowrap">{count(group.count)}×</span>
        </span>
        <span className="label mt-0.5 flex items-baseline justify-between gap-4">
          <span className="min-w-0 truncate">
            {service}
            {kind !== 'request' && ` · ${kind}`} · slowest {duration(slowestMs)}
            {thresholdMs !== null && `, ${times(slowestMs, thresholdMs)} of ${duration(thresholdMs)}`}
          </span>
          <Ago at={last} before="last " />
        </span>
      </PageLink>
    </li>
  )
}
