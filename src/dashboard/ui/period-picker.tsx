import { lazy, Suspense, useState } from 'react'
import { LIVE_PERIODS, PERIODS, type Period } from '../../api/words.js'
import { useHasArchive } from '../api/session.js'
import { changeScope, isLong, useTimeRange } from '../routing/route.js'
import { PERIOD_NAMES } from './period.js'
import { WindowChip } from './window-chip.js'

const WindowDialog = lazy(async () => ({ default: (await import('./window-dialog.js')).WindowDialog }))

const PART =
  'grid cursor-pointer place-items-center border-l border-line px-3 text-soft first-of-type:border-l-0 hover:text-text has-checked:bg-track has-checked:font-medium has-checked:text-text has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent'

/** The choice of all records that are stored, whenever they were. */
export interface AllChoice {
  isChosen: boolean
  onChoose: () => void
}

/** What time charts, figures and lists cover: a period up to now, or a window. */
export function PeriodPicker({ all }: { all?: AllChoice | undefined }) {
  const { period: chosen, window } = useTimeRange()
  const isAll = all?.isChosen === true && !window
  const [isAsking, setAsking] = useState(false)
  return (
    <div className="flex flex-wrap items-center gap-2">
      <fieldset className="flex h-9 shrink-0 overflow-hidden rounded-lg border border-line bg-panel">
        <legend className="sr-only">Period</legend>
        {LIVE_PERIODS.map((period) => (
          <label key={period} className={PART}>
            <input
              type="radio"
              name="period"
              value={period}
              checked={!window && !isAll && period === chosen}
              className="sr-only"
              onChange={() => changeScope({ period, from: 0, to: 0 })}
            />
            {PERIOD_NAMES[period]}
          </label>
        ))}
        {all && (
          <label className={PART}>
            <input type="radio" name="period" checked={isAll} className="sr-only" onChange={all.onChoose} />
            All
          </label>
        )}
        <button
          type="button"
          aria-pressed={window !== null}
          className={`${PART} border-l! -outline-offset-2 aria-pressed:bg-track aria-pressed:font-medium aria-pressed:text-text`}
          onClick={() => setAsking(true)}
        >
          Custom…
        </button>
      </fieldset>
      <LongerPeriods chosen={window || isAll || !isLong(chosen) ? '' : chosen} />
      <WindowChip />
      {isAsking && (
        <Suspense>
          <WindowDialog onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </div>
  )
}

const LONGER = PERIODS.filter(isLong)

/** The periods that only an archive has; nothing without one. @param chosen empty for none of them */
function LongerPeriods({ chosen }: { chosen: Period | '' }) {
  if (!useHasArchive()) return null
  return (
    <select
      aria-label="Longer period"
      value={chosen}
      className={`h-9 rounded-lg border bg-panel px-2.5 hover:border-line-strong ${chosen ? 'border-accent font-medium' : 'border-line text-soft'}`}
      onChange={({ target }) => changeScope({ period: target.value as Period, from: 0, to: 0 })}
    >
      <option value="" disabled>
        Longer…
      </option>
      {LONGER.map((period) => (
        <option key={period} value={period}>
          {PERIOD_NAMES[period]}
        </option>
      ))}
    </select>
  )
}
