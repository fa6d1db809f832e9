import { useMemo } from 'react'
import type { ExceptionRecord } from '../../protocol/exception.js'
import { plural } from '../format.js'
import { exceptionGroupKey, groupExceptions } from '../view/groups.js'
import { ExceptionRow } from './exception-row.js'
import { NoExceptions } from './no-records.js'
import { PageLink } from './page-link.js'
import { RecordList } from './record-list.js'
import { Section } from './section.js'

/** The newest exceptions, those of one origin together. */
export function ExceptionList({ exceptions }: { exceptions: readonly ExceptionRecord[] }) {
  const groups = useMemo(() => groupExceptions(exceptions), [exceptions])
  const aside = groups.length > 0 ? `${plural(groups.length, 'kind')} among the newest ${exceptions.length}` : ''
  return (
    <Section title="Exceptions" aside={aside} more={<PageLink to={{ page: 'exceptions' }}>All exceptions</PageLink>}>
      <RecordList
        items={groups}
        row={(group) => <ExceptionRow key={exceptionGroupKey(group)} group={group} />}
        empty={<NoExceptions />}
      />
    </Section>
  )
}
