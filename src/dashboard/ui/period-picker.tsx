import { changeScope, useRoute } from '../routing/route.js'
import { PERIOD_NAMES } from './period.js'

/** How far back charts and figures go. */
export function PeriodPicker() {
  const { period: chosen } = useRoute()
  return (
    <fieldset className="flex h-9 shrink-0 overflow-hidden rounded-lg border border-line bg-panel">
      <legend className="sr-only">Period</legend>
      {(['5m', '15m', '1h'] as const).map((period) => (
        <label
          key={period}
          className="grid cursor-pointer place-items-center border-l border-line px-3 text-soft first-of-type:border-l-0 hover:text-text has-checked:bg-track has-checked:font-medium has-checked:text-text has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name="period"
            value={period}
            checked={period === chosen}
            className="sr-only"
            onChange={() => changeScope({ period })}
          />
          {PERIOD_NAMES[period]}
        </label>
      ))}
    </fieldset>
  )
}
