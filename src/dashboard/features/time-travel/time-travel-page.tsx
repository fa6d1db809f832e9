import type { Overview } from '../../../api/overview.js'
import { usePast } from '../../api/archive-api.js'
import { useNow } from '../../api/hooks.js'
import { useSession } from '../../api/session.js'
import { usePage } from '../../routing/route.js'
import { Loading } from '../../ui/loading.js'
import { PageBar } from '../../ui/page-bar.js'
import { Problem } from '../../ui/problem.js'
import { NoArchive } from '../archive-jobs/no-archive.js'
import { Past } from './past.js'
import { Scrubber } from './scrubber.js'
import { reachable } from './target.js'

const MINUTE_MS = 60_000
/** The archive has a minute some seconds after its end. */
const LATE_MS = 2 * MINUTE_MS

/** The whole fleet at one moment of the past. */
export function TimeTravelPage({ overview }: { overview: Overview }) {
  const session = useSession()
  return (
    <>
      <PageBar title="Time Travel" hasFilter={false} />
      {!session ? (
        <Loading what="the past" />
      ) : session.archive ? (
        <Travel overview={overview} />
      ) : (
        <NoArchive what="Here you could see the fleet as it was at any time." />
      )}
    </>
  )
}

function Travel({ overview }: { overview: Overview }) {
  const { t, span, from, to } = usePage('time-travel')
  const now = useNow()
  const begin = to > 0 ? (from + to) / 2 : now - LATE_MS
  const asked = t || Math.floor(begin / MINUTE_MS) * MINUTE_MS
  const at = reachable(asked, now)
  const { data, error, isPlaceholderData } = usePast(at, true)
  return (
    <>
      <Scrubber at={at} span={span} now={now} />
      {asked > now && (
        <p className="label">The URL asks for a time in the future. The page shows the present minute.</p>
      )}
      <Problem error={error} before={data ? 'The page shows the last answer.' : ''} />
      {!data && !error && <Loading what="the past" />}
      {data && (
        <div aria-busy={isPlaceholderData} className="flex flex-col gap-8">
          <Past past={data} overview={overview} />
        </div>
      )}
    </>
  )
}
