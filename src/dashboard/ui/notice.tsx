import { CircleCheck, TriangleAlert, X } from 'lucide-react'
import type { ReactNode } from 'react'

export interface NoticeText {
  isGood: boolean
  text: ReactNode
  /** What went wrong with which, a line each. */
  details?: readonly string[]
}

const MOST = 5

/** What came of what was done last. It stays until it is closed or something else is done. */
export function Notice({ notice, onClose }: { notice: NoticeText | null; onClose: () => void }) {
  return (
    <div role="status" className="empty:hidden">
      {notice && (
        <div
          className={`flex items-start gap-2.5 rounded-xl px-4 py-2.5 text-[0.8125rem] ${notice.isGood ? 'bg-ok-wash' : 'bg-warn-wash'}`}
        >
          {notice.isGood ? (
            <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok" aria-hidden="true" />
          ) : (
            <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
          )}
          <div className="min-w-0 flex-1 break-words">
            {notice.text}
            <Details details={notice.details ?? []} />
          </div>
          <button
            type="button"
            aria-label="Close this note"
            className="rounded text-soft hover:text-text"
            onClick={onClose}
          >
            <X className="size-4" aria-hidden="true" />
          </button>
        </div>
      )}
    </div>
  )
}

function Details({ details }: { details: readonly string[] }) {
  if (details.length === 0) return null
  return (
    <ul className="mt-1 text-xs">
      {details.slice(0, MOST).map((detail) => (
        <li key={detail}>{detail}</li>
      ))}
      {details.length > MOST && <li>and {details.length - MOST} more</li>}
    </ul>
  )
}
