import { traceHref } from '../../api/trace-url.js'
import { useSession } from '../api/session.js'

/** A trace id, as a link where Zenith knows the tracer. */
export function TraceLink({ traceId }: { traceId: string }) {
  const href = traceHref(useSession()?.traceUrl, traceId)
  if (href === null) return traceId
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" className="text-accent hover:underline">
      {traceId}
      <span className="sr-only"> (opens your tracer)</span>
    </a>
  )
}
