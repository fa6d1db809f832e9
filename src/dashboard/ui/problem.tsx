import { TriangleAlert } from 'lucide-react'

/** Why something was not done, or not read, in words; nothing when all is well. */
export function Problem({ error, before = '' }: { error: Error | null; before?: string }) {
  if (!error) return null
  return (
    <p role="alert" className="flex items-start gap-2 rounded-lg bg-bad-wash px-3 py-2 text-[0.8125rem] text-bad">
      <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
      <span className="min-w-0 break-words">
        {before} {error.message}
      </span>
    </p>
  )
}
