import type { SlowEntry } from '../../protocol/slow-entry.js'
import { slowKey } from '../live/reducer.js'
import { EmptyState } from './empty-state.js'
import { RecordList } from './record-list.js'
import { Section } from './section.js'
import { SlowEntryRow } from './slow-entry-row.js'

/** The newest slow requests and jobs, each with what the process did meanwhile. */
export function SlowRequestWidget({ slow }: { slow: readonly SlowEntry[] }) {
  return (
    <Section title="Slow requests and jobs" aside={slow.length > 0 ? `newest ${slow.length}` : ''}>
      <RecordList
        items={slow}
        row={(entry) => <SlowEntryRow key={slowKey(entry)} entry={entry} />}
        empty={
          <EmptyState title="Nothing slow">
            Requests and jobs over their threshold, 1 s unless the option <code>slow</code> says otherwise, appear here.
          </EmptyState>
        }
      />
    </Section>
  )
}
