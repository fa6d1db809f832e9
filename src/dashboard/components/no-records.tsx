import { EmptyState } from './empty-state.js'

/** What would make records appear here. */
export function NoExceptions() {
  return (
    <EmptyState title="No exceptions">
      Errors of requests and jobs appear here by themselves; report your own with <code>captureException(error)</code>.
    </EmptyState>
  )
}

export function NothingSlow() {
  return (
    <EmptyState title="Nothing slow">
      Requests and jobs over their threshold, 1 s unless the option <code>slow</code> says otherwise, appear here.
    </EmptyState>
  )
}
