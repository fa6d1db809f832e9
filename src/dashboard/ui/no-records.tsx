import { EmptyState } from './empty-state.js'

/** What would make records appear here. */
export function NoExceptions() {
  return (
    <EmptyState title="No exceptions">
      Errors in requests and jobs appear here automatically; report others with <code>captureException(error)</code>.
    </EmptyState>
  )
}

export function NothingSlow() {
  return (
    <EmptyState title="Nothing slow">
      Requests and jobs over their threshold (1 s, or the option <code>slow</code>) appear here.
    </EmptyState>
  )
}
