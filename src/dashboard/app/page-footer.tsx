import type { Overview } from '../../api/overview.js'
import { duration, exactTime } from '../ui/format.js'

/** Where the figures come from. */
export function PageFooter({ overview: { store, at } }: { overview: Overview }) {
  return (
    <footer className="label mx-auto mt-auto flex w-full max-w-[1760px] flex-wrap gap-x-4 gap-y-1 px-4 pb-8 sm:px-6">
      <span>
        {store.kind === 'redis' ? 'Redis' : 'The in-process store'}{' '}
        {store.latencyMs === null ? 'does not answer' : `answered in ${duration(store.latencyMs)}`}
      </span>
      <time dateTime={new Date(at).toISOString()}>{exactTime(at)}</time>
    </footer>
  )
}
