import { useMemo } from 'react'
import type { ExceptionRecord } from '../../protocol/exception.js'
import { plural } from '../format.js'
import { groupExceptions } from '../view/groups.js'
import { EmptyState } from './empty-state.js'
import { ExceptionRow } from './exception-row.js'
import { RecordList } from './record-list.js'
import { Section } from './section.js'

/** The newest exceptions, those of one origin together. */
export function ExceptionList({ exceptions }: { exceptions: readonly ExceptionRecord[] }) {
  const groups = useMemo(() => groupExceptions(exceptions), [exceptions])
  const aside = groups.length > 0 ? `${plural(groups.length, 'kind')} among the newest ${exceptions.length}` : ''
  return (
    <Section title="Exceptions" aside={aside}>
      <RecordList
        items={groups}
        row={(group) => <ExceptionRow key={group.key} group={group} />}
        empty={
          <EmptyState title="No exceptions">
            Errors of requests and jobs appear here by themselves; report your own with{' '}
            <code>captureException(error)</code>.
          </EmptyState>
        }
      />
    </Section>
  )
}
