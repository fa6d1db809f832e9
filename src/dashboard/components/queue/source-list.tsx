import type { SourceView } from '../../../protocol/queue-views.js'
import { plural } from '../../format.js'
import { driverWords } from '../../view/queue/queues.js'

/** What this Zenith is connected to, and why it can't be read. */
export function SourceList({ sources }: { sources: readonly SourceView[] }) {
  return (
    <ul aria-label="Connections to queues" className="panel flex flex-col divide-y divide-line">
      {sources.map((source) => (
        <li key={`${source.driver} ${source.place}`} className="flex min-w-0 flex-col gap-0.5 px-4 py-3">
          <span className="font-medium">
            {driverWords(source.driver).name} <span className="label font-mono break-all">{source.place}</span>
          </span>
          <span className={source.error === null ? 'text-soft' : 'text-bad'}>{wordsOf(source)}</span>
        </li>
      ))}
    </ul>
  )
}

function wordsOf({ error, isRead, queues }: SourceView): string {
  if (error !== null) return `It can’t be read: ${error}`
  if (!isRead) return 'It is read for the first time.'
  return queues === 0 || queues === null
    ? 'Connected; there is no queue yet.'
    : `Connected; ${plural(queues, 'queue')}.`
}
