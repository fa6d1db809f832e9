import { memo } from 'react'
import { exceptionGroupIdentity } from '../../../api/identity.js'
import type { ExceptionGroup } from '../../../api/services.js'
import { useSeries } from '../../routing/route.js'
import { EmptyState } from '../../ui/empty-state.js'
import { plural } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { RecordList } from '../../ui/record-list.js'
import { Section } from '../../ui/section.js'
import { ExceptionRow } from './exception-row.js'

interface ExceptionListProps {
  groups: readonly ExceptionGroup[]
  /** Among which they were found: `the newest 100`. */
  among: string
}

/** What failed, exceptions of one origin together. */
export const ExceptionList = memo(function ExceptionList({ groups, among }: ExceptionListProps) {
  return (
    <Section
      title="Exceptions"
      aside={groups.length > 0 ? `${plural(groups.length, 'kind')} among ${among}` : ''}
      more={<PageLink to={{ page: 'exceptions', series: useSeries() }}>All exceptions</PageLink>}
    >
      <RecordList
        items={groups}
        row={(group) => <ExceptionRow key={exceptionGroupIdentity(group)} group={group} />}
        empty={<NoExceptions />}
      />
    </Section>
  )
})

/** What would make exceptions appear here. */
export function NoExceptions({ when }: { when?: string }) {
  return (
    <EmptyState title={when ? `No exceptions in ${when}` : 'No exceptions'}>
      Errors in requests and jobs appear here automatically; report others with <code>captureException(error)</code>.
    </EmptyState>
  )
}
