import { ChevronRight } from 'lucide-react'
import type { EventTick } from '../../../api/time-travel.js'
import type { TimeWindow } from '../../../api/time-window.js'
import { Button } from '../../ui/button.js'
import { exactTime, plural } from '../../ui/format.js'

type Kind = EventTick['kind']

/** A row for each kind: a word, and a shape that tells it without its colour. */
const KINDS: readonly { kind: Kind; title: string; mark: string; look: string; one: string }[] = [
  { kind: 'version', title: 'Deployments', mark: '▲', look: 'text-accent', one: 'deployment' },
  { kind: 'alert', title: 'Alerts', mark: '■', look: 'text-bad', one: 'alert' },
  { kind: 'exceptions', title: 'Exceptions', mark: '●', look: 'text-bad', one: 'exception' },
  { kind: 'audit', title: 'Actions', mark: '◆', look: 'text-ok', one: 'action' },
  { kind: 'gap', title: 'Lost records', mark: '✕', look: 'text-warn', one: 'gap' },
]
const MOST_LISTED = 200

interface TickRowsProps {
  ticks: readonly EventTick[]
  window: TimeWindow
  /** Unix ms */
  at: number
}

/** What happened over the scrubber's time, at its place. The list below says the same in words. */
export function TickRows({ ticks, window, at }: TickRowsProps) {
  const placeOf = (time: number) =>
    `${Math.min(100, Math.max(0, ((time - window.from) * 100) / (window.to - window.from)))}%`
  const shown = KINDS.filter(({ kind }) => ticks.some((tick) => tick.kind === kind))
  if (shown.length === 0) return null
  return (
    <div className="mt-2 flex flex-col gap-0.5">
      {shown.map(({ kind, title, mark, look, one }) => {
        const own = ticks.filter((tick) => tick.kind === kind)
        return (
          <div key={kind}>
            <p className="label">
              <span className={look} aria-hidden="true">
                {mark}
              </span>{' '}
              {title}:{' '}
              {plural(
                own.reduce((sum, { count }) => sum + count, 0),
                one,
              )}
            </p>
            <div aria-hidden="true" className="relative mx-2 h-4 border-b border-line">
              <span className="absolute inset-y-0 w-px bg-line-strong" style={{ left: placeOf(at) }} />
              {own.map((tick) => (
                <span
                  key={`${tick.at} ${tick.text}`}
                  title={`${exactTime(tick.at)}: ${tick.text}`}
                  className={`absolute top-0 -translate-x-1/2 text-xs leading-4 ${look}`}
                  style={{ left: placeOf(tick.at) }}
                >
                  {mark}
                </span>
              ))}
            </div>
          </div>
        )
      })}
    </div>
  )
}

interface EventListProps {
  ticks: readonly EventTick[]
  at: number
  go: (at: number) => void
  /** The time that they are of, in words. */
  what: string
}

/** The same to be read and to be gone to. */
export function EventList({ ticks, at, go, what }: EventListProps) {
  const before = ticks.findLast((tick) => tick.at < at)
  const after = ticks.find((tick) => tick.at > at)
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        <Button disabled={!before} onClick={() => before && go(before.at)}>
          Event before
        </Button>
        <Button disabled={!after} onClick={() => after && go(after.at)}>
          Event after
        </Button>
      </div>
      {ticks.length === 0 ? (
        <p className="label">No deployment, alert, exception, action or gap in {what}.</p>
      ) : (
        <details className="group">
          <summary className="label flex w-fit items-center gap-1 rounded-sm hover:text-text">
            <ChevronRight className="size-3.5 group-open:rotate-90" aria-hidden="true" />
            What happened in {what}
          </summary>
          <ul className="mt-2 max-h-72 overflow-auto">
            {ticks.slice(-MOST_LISTED).map((tick) => (
              <li key={`${tick.at} ${tick.kind} ${tick.text}`}>
                <Event tick={tick} isNow={tick.at === at} go={go} />
              </li>
            ))}
          </ul>
          {ticks.length > MOST_LISTED && <p className="label mt-1">The newest {MOST_LISTED} are listed.</p>}
        </details>
      )}
    </div>
  )
}

function wordsOf({ kind, count, text }: EventTick): string {
  if (kind === 'version') return `Deployed: ${text}`
  return kind === 'alert' && count === 1 ? `Alert fired: ${text}` : text
}

function Event({ tick, isNow, go }: { tick: EventTick; isNow: boolean; go: (at: number) => void }) {
  const { mark, look } = KINDS.find(({ kind }) => kind === tick.kind) ?? { mark: '', look: '' }
  return (
    <button
      type="button"
      aria-current={isNow ? 'time' : undefined}
      className="flex min-h-7 w-full items-baseline gap-2 rounded-md px-2 py-1 text-left text-[0.8125rem] hover:bg-raised aria-current:bg-track"
      onClick={() => go(tick.at)}
    >
      <span className={look} aria-hidden="true">
        {mark}
      </span>
      <span className="min-w-0 flex-1 break-words">{wordsOf(tick)}</span>
      <span className="label whitespace-nowrap">{exactTime(tick.at)}</span>
    </button>
  )
}
