import type { SlowEntry } from '../../protocol/slow-entry.js'
import { slowKey } from '../live/reducer.js'
import { NothingSlow } from './no-records.js'
import { PageLink } from './page-link.js'
import { RecordList } from './record-list.js'
import { Section } from './section.js'
import { SlowEntryRow } from './slow-entry-row.js'

/** The newest slow requests and jobs, each with what the process did meanwhile. */
export function SlowRequestWidget({ slow }: { slow: readonly SlowEntry[] }) {
  return (
    <Section
      title="Slow requests and jobs"
      aside={slow.length > 0 ? `newest ${slow.length}` : ''}
      more={<PageLink to={{ page: 'slow' }}>All slow</PageLink>}
    >
      <RecordList
        items={slow}
        row={(entry) => <SlowEntryRow key={slowKey(entry)} entry={entry} />}
        empty={<NothingSlow />}
      />
    </Section>
  )
}
