import type { SourceView } from '../../../api/queues.js'
import { exact, plural } from '../../ui/format.js'
import { driverWords } from './queues.js'

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

function wordsOf({ error, isRead, queues, left }: SourceView): string {
  if (error !== null) return `Zenith can’t read it: ${error}`
  if (!isRead) return 'Zenith is reading it for the first time.'
  if (left !== undefined)
    return `Connected; ${exact(queues ?? 0)} of ${exact((queues ?? 0) + left)} queues shown. To see others, name them in the source’s option queues.`
  return queues === 0 || queues === null ? 'Connected; no queues yet.' : `Connected; ${plural(queues, 'queue')}.`
}
