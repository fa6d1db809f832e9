import { Component, type ReactNode } from 'react'
import { EmptyState } from '../ui/empty-state.js'

/** Says so when a part of the page can't be loaded or drawn: Zenith was updated or went away since the page was opened. */
export class PartBoundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render() {
    if (!this.state.isBroken) return this.props.children
    return (
      <div role="alert" className="panel px-4 py-12">
        <EmptyState title="This part of the page failed to load">
          Zenith may have been updated, or does not answer.{' '}
          <button type="button" className="font-medium text-accent hover:underline" onClick={() => location.reload()}>
            Reload the page
          </button>
        </EmptyState>
      </div>
    )
  }
}
