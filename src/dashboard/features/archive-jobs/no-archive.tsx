import type { ReactNode } from 'react'
import { EmptyState } from '../../ui/empty-state.js'

/** What an archive would show here, and how to start one. */
export function NoArchive({ what, children }: { what: string; children?: ReactNode }) {
  return (
    <div className="panel px-4 py-12">
      <EmptyState title="This Zenith has no archive">
        {what} Redis keeps an hour; an archive keeps the rest in SQL. Start Zenith with{' '}
        <code>quasar zenith --archive</code>, or give it one:{' '}
        <code>
          createZenith({'{'} archive: sqliteArchive() {'}'})
        </code>
        .{children && <p className="mt-3">{children}</p>}
      </EmptyState>
    </div>
  )
}
