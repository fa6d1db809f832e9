import type { UseQueryResult } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'

interface QueryNoteProps {
  query: Pick<UseQueryResult<unknown>, 'error' | 'data'>
  /** What is shown in its place. */
  instead: string
}

/** Says why an answer is missing, and what is shown in its place; nothing when all is well. */
export function QueryNote({ query: { error, data }, instead }: QueryNoteProps) {
  if (!error) return null
  return (
    <p role="status" className="label flex items-start gap-2">
      <TriangleAlert className="mt-px size-3.5 shrink-0 text-warn" aria-hidden="true" />
      <span className="min-w-0 break-words">
        {error.message} {data === undefined ? instead : 'The page shows the last answer.'}
      </span>
    </p>
  )
}
