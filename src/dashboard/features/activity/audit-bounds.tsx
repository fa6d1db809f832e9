import type { AuditPage } from '../../../api/audit.js'
import { useHasArchive } from '../../api/session.js'
import { count, exactTime } from '../../ui/format.js'

/** How far back the lines go, and what is missing. @param pages those that were loaded */
export function AuditBounds({ pages }: { pages: readonly AuditPage[] }) {
  const [first, last] = [pages[0], pages.at(-1)]
  if (!first || !last) return null
  const { store, archive } = last.searched
  const lines = pages.reduce((sum, { searched }) => sum + searched.lines, 0)
  return (
    <>
      {!store && (
        <p role="status" className="label text-warn">
          The store does not answer: the newest lines may be missing, and the trail is not checked.
        </p>
      )}
      {lines > 0 && (
        <p className="label">
          {count(lines)} {lines === 1 ? 'line' : 'lines'} searched, back to {exactTime(last.searched.since ?? 0)}
          {last.next !== null && '; there are older ones'}.{!archive && <WithoutArchive />}
        </p>
      )}
      {first.gaps.map(({ from, to }) => (
        <p key={from} className="label">
          Lines between {exactTime(from)} and {exactTime(to)} may be missing: no Zenith archived them in time.
        </p>
      ))}
    </>
  )
}

function WithoutArchive() {
  if (useHasArchive()) return <span className="text-warn"> The archive does not answer: older lines are in it.</span>
  return ' Without an archive Zenith keeps about the newest 10,000 lines.'
}
