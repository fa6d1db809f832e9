import type { Overview, OverviewTotals } from '../../api/overview.js'
import type { LeftOut } from '../../protocol/left-out.js'
import type { Whole } from '../api/parts.js'
import { Button } from '../ui/button.js'
import { exact } from '../ui/format.js'

interface PartsNoteProps {
  overview: Overview
  more: Whole['more']
}

/** Says how much of a large fleet is not shown, and what Zenith did not read. */
export function PartsNote({ overview, more }: PartsNoteProps) {
  const words = notShownWords(overview)
  const left = leftOutWords(overview.leftOut)
  if (words === '' && left === '') return null
  return (
    <div className="panel flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 text-[0.8125rem]">
      <div className="min-w-0 flex-1 basis-72 break-words">
        {words && <p>{words} Search and filters cover the whole fleet.</p>}
        {left && <p className="text-warn">Zenith skipped {left} to stay within its limits.</p>}
      </div>
      {words && more && <MoreParts more={more} />}
    </div>
  )
}

/** It stays focused while a part is loading: a disabled button would lose the keyboard's place. */
function MoreParts({ more }: { more: NonNullable<Whole['more']> }) {
  const isLoading = more === 'loading'
  return (
    <Button
      aria-disabled={isLoading}
      className="aria-disabled:cursor-progress aria-disabled:opacity-50"
      onClick={isLoading ? undefined : more}
    >
      {isLoading ? 'Loading…' : 'Show more'}
    </Button>
  )
}

const NAMES: Readonly<Record<keyof OverviewTotals, readonly [one: string, many: string]>> = {
  services: ['service', 'services'],
  nodes: ['server', 'servers'],
  queues: ['queue', 'queues'],
}

/** `Not shown yet: 4,000 of 6,000 servers and 3 of 500 queues.`; empty text when all are there. */
export function notShownWords(overview: Overview): string {
  const { totals } = overview
  const kinds = Object.keys(NAMES) as (keyof OverviewTotals)[]
  const parts = kinds.flatMap((kind) => {
    const [shown, total] = [overview[kind].length, totals[kind]]
    return shown < total ? [`${exact(total - shown)} of ${exact(total)} ${NAMES[kind][total === 1 ? 0 : 1]}`] : []
  })
  return parts.length > 0 ? `Not shown yet: ${inWords(parts)}. Those with problems come first.` : ''
}

const LEFT: Readonly<Record<keyof LeftOut, readonly [one: string, many: string]>> = {
  nodes: ['server', 'servers'],
  services: ['service', 'services'],
  queues: ['queue', 'queues'],
  snapshots: ['queue report', 'queue reports'],
  values: ['oversized value', 'oversized values'],
  documents: ['document of Zenith', 'documents of Zenith'],
  sketches: ['latency histogram', 'latency histograms'],
  rollups: ['traffic report', 'traffic reports'],
}

function leftOutWords(leftOut: LeftOut | null): string {
  const entries = Object.entries(leftOut ?? {}) as [keyof LeftOut, number][]
  return inWords(entries.map(([kind, count]) => `${exact(count)} ${(LEFT[kind] ?? [kind, kind])[count === 1 ? 0 : 1]}`))
}

function inWords(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
