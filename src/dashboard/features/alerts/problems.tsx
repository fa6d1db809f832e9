import { TriangleAlert } from 'lucide-react'
import type { AlertListing } from '../../../api/alerts.js'
import { PageLink } from '../../ui/page-link.js'

/** Reasons why messages may reach no user, above the tabs' content. */
export function AlertProblems({ problems }: Pick<AlertListing, 'problems'>) {
  return problems.map(({ kind, text }) => (
    <p key={kind} role="status" className="flex items-start gap-2.5 rounded-xl bg-warn-wash px-4 py-3">
      <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
      <span className="min-w-0 break-words">
        {text}{' '}
        {(kind === 'noReceiver' || kind === 'lostReceivers') && (
          <PageLink
            to={{ page: 'alerts', tab: kind === 'noReceiver' ? 'receivers' : 'rules' }}
            className="font-medium text-accent underline"
          >
            {kind === 'noReceiver' ? 'Set up a receiver' : 'Open the rules'}
          </PageLink>
        )}
      </span>
    </p>
  ))
}
