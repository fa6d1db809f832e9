import { useState } from 'react'
import { Field, INPUT } from '../../ui/field.js'
import { tomorrowAfter } from './words.js'

const HOUR_MS = 3_600_000

/** How long a silence lasts: a few usual lengths, or an end of one's own. */
export function EndField() {
  const [length, setLength] = useState('1h')
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label="For">
        <select name="length" className={INPUT} value={length} onChange={(event) => setLength(event.target.value)}>
          <option value="1h">1 hour</option>
          <option value="4h">4 hours</option>
          <option value="tomorrow">until tomorrow, 9:00</option>
          <option value="7d">7 days</option>
          <option value="own">until another time</option>
        </select>
      </Field>
      {length === 'own' && (
        <Field label="End" hint="by the clock of this device">
          <input name="end" type="datetime-local" required className={INPUT} />
        </Field>
      )}
    </div>
  )
}

/** The end of what was chosen, Unix ms; null for none in the future. */
export function endOf(fields: FormData, now: number): number | null {
  const length = fields.get('length')
  if (length === '1h') return now + HOUR_MS
  if (length === '4h') return now + 4 * HOUR_MS
  if (length === '7d') return now + 7 * 24 * HOUR_MS
  if (length === 'tomorrow') return tomorrowAfter(now)
  const end = Date.parse(String(fields.get('end') ?? ''))
  return end > now ? end : null
}
