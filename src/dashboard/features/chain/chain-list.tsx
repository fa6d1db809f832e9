import { useContext, useMemo } from 'react'
import type { TimeWindow } from '../../../api/time-window.js'
import { useNow } from '../../api/hooks.js'
import { KnownContext } from '../../api/known.js'
import { useHasArchive } from '../../api/session.js'
import { Ago } from '../../ui/ago.js'
import { CopyButton } from '../../ui/copy-button.js'
import { PageLink } from '../../ui/page-link.js'
import { QueryNote } from '../../ui/query-note.js'
import { type ChainLink, chainLinks } from './links.js'
import { useChain } from './use-chain.js'

/** What is older is in the archive only. */
const HOUR_MS = 3_600_000

export interface ChainProps {
  traceId: string
  /** When it was, Unix ms: around it the archive is searched. */
  at: number
  /** Identity of the record that is shown already. */
  own?: string
}

/** What else is recorded of a trace: the request that it began with, and the jobs that followed from it. */
export function ChainList({ traceId, at, own }: ChainProps) {
  const window = usePastWindow(at)
  const { slow, exceptions } = useChain(traceId, window)
  const links = useMemo(() => {
    const shown = window ?? { from: 0, to: 0 }
    return chainLinks(slow.data?.items ?? [], exceptions.data?.items ?? [], shown, own)
  }, [slow.data, exceptions.data, window, own])
  const jobs = links.filter(({ isRequest }) => !isRequest)
  return (
    <div className="flex flex-col gap-2 text-xs">
      <Links title="Request" links={links.filter(({ isRequest }) => isRequest)} />
      <Links title="Jobs of this request" links={jobs} />
      {links.length === 0 && slow.data && exceptions.data && (
        <p className="label">Nothing else with this trace id was slow or failed.</p>
      )}
      <QueryNote
        query={slow.error ? slow : exceptions}
        instead="Requests and jobs of this trace may be missing here."
      />
      <div>
        <CopyButton label="Copy trace id" text={() => traceId} />
      </div>
    </div>
  )
}

/** The hours around a time that only the archive has; null for a time that the store has. */
function usePastWindow(at: number): TimeWindow | null {
  const hasArchive = useHasArchive() === true
  const isPast = useNow() - at > HOUR_MS && at > 0 && hasArchive
  return useMemo(() => (isPast ? { from: at - HOUR_MS, to: at + HOUR_MS } : null), [isPast, at])
}

function Links({ title, links }: { title: string; links: readonly ChainLink[] }) {
  if (links.length === 0) return null
  return (
    // No landmark: there is one in each open row.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div role="group" aria-label={title}>
      <p className="text-soft">{title}</p>
      <ul className="mt-1 flex flex-col gap-1">
        {links.map((link) => (
          <li key={link.key} className="flex flex-wrap items-baseline gap-x-2">
            <PageLink to={link.to} className="font-mono break-all text-accent hover:underline">
              {link.name}
            </PageLink>
            <span>{link.what}</span>
            <span className="label">{link.service}</span>
            <JobLink job={link.job} />
            <span className="label">
              <Ago at={link.at} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function JobLink({ job }: Pick<ChainLink, 'job'>) {
  const key = useContext(KnownContext).withJobs[job?.queue ?? '']
  if (!job || !key) return null
  return (
    <PageLink to={{ page: 'job', queue: key, job: job.id }} className="text-accent hover:underline">
      job {job.id}
    </PageLink>
  )
}
