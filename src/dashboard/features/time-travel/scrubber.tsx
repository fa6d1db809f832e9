import { type ChangeEvent, useEffect, useState } from 'react'
import type { EventTick } from '../../../api/time-travel.js'
import { useTicks } from '../../api/archive-api.js'
import { SPANS, type SpanName } from '../../routing/pages.js'
import { changePage } from '../../routing/route.js'
import { Button } from '../../ui/button.js'
import { Field, INPUT } from '../../ui/field.js'
import { exactTime } from '../../ui/format.js'
import { PERIOD_NAMES, windowInWords } from '../../ui/period.js'
import { QueryNote } from '../../ui/query-note.js'
import { SPAN_MS, STEP_MS, scrubbedWindow } from './target.js'
import { EventList, TickRows } from './ticks.js'

const NO_TICKS: readonly EventTick[] = []
/** Who drags does not ask for every moment on the way, ms. */
const REST_MS = 150

interface ScrubberProps {
  /** Unix ms */
  at: number
  span: SpanName
  now: number
}

/** Chooses a moment: by dragging, by keys, by a time, or by what happened. */
export function Scrubber({ at, span, now }: ScrubberProps) {
  const window = scrubbedWindow(at, span, now)
  const query = useTicks(window, true)
  const { data } = query
  const ticks = data?.ticks ?? NO_TICKS
  const go = (t: number) => changePage('time-travel', { t: Math.min(t, now) })
  return (
    <div className="panel flex min-w-0 flex-col gap-4 p-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <Spans span={span} />
        <Moments at={at} now={now} span={span} go={go} />
      </div>
      <div>
        <Range at={at} span={span} window={window} now={now} go={go} />
        <div className="label flex justify-between gap-4" aria-hidden="true">
          <span>{shortTime(window.from)}</span>
          <span>{shortTime(window.to)}</span>
        </div>
        <TickRows ticks={ticks} window={window} at={at} />
      </div>
      <QueryNote query={query} instead="Events are missing." />
      {data && data.since !== null && (
        <p className="label">
          Exceptions, alerts and actions are counted since {exactTime(data.since)}: there are too many.
        </p>
      )}
      <EventList ticks={ticks} at={at} go={go} what={windowInWords(window)} />
    </div>
  )
}

interface RangeProps extends ScrubberProps {
  window: { from: number; to: number }
  go: (at: number) => void
}

function Range({ at, span, window, now, go }: RangeProps) {
  const step = STEP_MS[span]
  const [draft, setDraft] = useState<number | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another time in the URL is what ends a draft
  useEffect(() => setDraft(null), [at])
  useEffect(() => {
    if (draft === null) return
    const timer = setTimeout(() => go(draft), REST_MS)
    return () => clearTimeout(timer)
  })
  const shown = draft ?? at
  // The browser rounds to whole steps from the start: the time itself has to be one.
  const start = window.from + ((at - window.from) % step)
  return (
    <input
      type="range"
      aria-label="Moment"
      aria-valuetext={exactTime(shown)}
      className="w-full accent-accent"
      min={start}
      max={Math.min(window.to, now)}
      step={step}
      value={shown}
      onChange={({ target }: ChangeEvent<HTMLInputElement>) => setDraft(Number(target.value))}
    />
  )
}

function Spans({ span }: { span: SpanName }) {
  return (
    <fieldset className="flex h-9 shrink-0 overflow-hidden rounded-lg border border-line bg-panel">
      <legend className="sr-only">Span of the scrubber</legend>
      {SPANS.map((name) => (
        <label
          key={name}
          className="grid cursor-pointer place-items-center border-l border-line px-3 text-soft first-of-type:border-l-0 hover:text-text has-checked:bg-track has-checked:font-medium has-checked:text-text has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name="span"
            value={name}
            checked={name === span}
            className="sr-only"
            onChange={() => changePage('time-travel', { span: name })}
          />
          {PERIOD_NAMES[name]}
        </label>
      ))}
    </fieldset>
  )
}

function Moments({ at, now, span, go }: ScrubberProps & { go: (at: number) => void }) {
  const length = SPAN_MS[span]
  const typed = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const time = new Date(target.value).getTime()
    if (time > 0) go(time)
  }
  return (
    <div className="flex flex-wrap items-end gap-2">
      <Button className="h-9" onClick={() => go(at - length)}>
        {PERIOD_NAMES[span]} earlier
      </Button>
      <Button className="h-9" disabled={at + length > now} onClick={() => go(at + length)}>
        {PERIOD_NAMES[span]} later
      </Button>
      <div className="w-56">
        <Field label="Time">
          <input type="datetime-local" step="1" value={localText(at)} className={INPUT} onChange={typed} />
        </Field>
      </div>
    </div>
  )
}

/** In the reader's own zone: `2026-11-29T12:03:00`. */
function localText(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}

function shortTime(at: number): string {
  return new Date(at).toLocaleString(undefined, {
    ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  } as Intl.DateTimeFormatOptions)
}
