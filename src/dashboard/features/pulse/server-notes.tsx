import { TriangleAlert } from 'lucide-react'
import type { Heartbeat } from '../../../protocol/heartbeat.js'
import { count, duration, plural } from '../../ui/format.js'

/** What is worth a line only now and then. */
export function ServerNotes({ heartbeat }: { heartbeat: Heartbeat }) {
  const warnings = warningsOf(heartbeat)
  return (
    <div className="label flex flex-wrap gap-x-4 gap-y-1">
      {heartbeat.gc && <span>{gcWords(heartbeat.gc)}</span>}
      {warnings.map((warning) => (
        <span key={warning} className="inline-flex items-center gap-1.5 text-warn">
          <TriangleAlert className="size-3.5 shrink-0" aria-hidden="true" />
          {warning}
        </span>
      ))}
    </div>
  )
}

function gcWords({ count: pauses, totalMs, maxMs }: NonNullable<Heartbeat['gc']>): string {
  if (pauses === null) return `GC ${duration(totalMs)}`
  if (pauses === 0) return 'no GC pause'
  return `GC ${duration(totalMs)} in ${plural(pauses, 'pause')}, longest ${duration(maxMs)}`
}

function warningsOf({ recorder, ready }: Heartbeat): string[] {
  const warnings: string[] = []
  if (recorder?.dropped) warnings.push(`${count(recorder.dropped)} records dropped since the start`)
  if (ready && !READY.has(ready.status)) warnings.push(`calls itself “${ready.status}”`)
  return warnings
}

const READY = new Set(['ready', 'ok', 'up', 'healthy'])
