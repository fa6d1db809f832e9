import { X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { ServiceView } from '../../protocol/overview.js'
import { SeriesTable } from './series-table.js'

/** A service's busiest routes and jobs, over the page. The browser keeps the focus inside and closes it by Escape. */
export function RoutesDialog({ service, onClose }: { service: ServiceView; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby="routes-title"
      className="m-auto max-h-[calc(100dvh-2rem)] w-[min(60rem,calc(100vw-2rem))] overflow-y-auto rounded-xl border border-line-strong bg-panel p-0 text-text backdrop:bg-black/50"
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && dialog.current?.close()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className="flex items-center justify-between gap-4 border-b border-line px-5 py-4">
        <h2 id="routes-title" className="min-w-0 truncate text-base font-semibold tracking-tight">
          {service.service}
          <span className="label ml-2 font-normal">the last 5 minutes</span>
        </h2>
        <button
          type="button"
          aria-label="Close"
          className="grid size-8 place-items-center rounded-lg text-soft hover:bg-raised hover:text-text"
          onClick={() => dialog.current?.close()}
        >
          <X className="size-4" aria-hidden="true" />
        </button>
      </div>
      <div className="flex flex-col gap-6 p-5">
        {service.routes.length > 0 && <SeriesTable title="Route" series={service.routes} failed="errors" />}
        {service.jobSeries.length > 0 && <SeriesTable title="Job" series={service.jobSeries} failed="failed" />}
        {service.routes.length + service.jobSeries.length === 0 && (
          <p className="label py-6 text-center">Nothing was requested and no job ran in the last 5 minutes.</p>
        )}
      </div>
    </dialog>
  )
}
