import { NO_FILTER } from '../api/filter.js'
import { changeScope } from '../routing/route.js'
import { EmptyState } from './empty-state.js'

/** The filter leaves nothing over: the way back. */
export function NothingMatches() {
  return (
    <div className="panel px-4 py-12">
      <EmptyState title="Nothing matches the filter">
        <button
          type="button"
          className="mt-2 rounded-lg border border-line px-3 py-1.5 font-medium text-accent hover:border-line-strong"
          onClick={() => changeScope(NO_FILTER)}
        >
          Show everything
        </button>
      </EmptyState>
    </div>
  )
}
