import { useEffect, useState } from 'react'
import type { AlertPreview, AlertRule } from '../../../api/alerts.js'
import { useAlertPreview } from '../../api/alerts-api.js'
import { exact, plural, span } from '../../ui/format.js'
import { windowInWords } from '../../ui/period.js'

/** Time after the last change, ms. */
const QUIET_MS = 400
const MOST = 5

/** How often a rule that is being edited would have fired. @param rule null as long as something is wrong with it */
export function RulePreview({ rule }: { rule: AlertRule | null }) {
  const settled = useSettled(rule)
  const { data, error, isFetching } = useAlertPreview(settled)
  return (
    <section
      aria-label="Preview"
      aria-live="polite"
      aria-busy={isFetching}
      className="rounded-lg bg-raised px-3 py-2.5 text-[0.8125rem]"
    >
      {rule === null ? (
        <p className="text-soft">Complete the rule to see how often it would have fired.</p>
      ) : error ? (
        <p className="text-soft">{error.message}</p>
      ) : data ? (
        <Result preview={data} />
      ) : (
        <p className="text-soft">Trying the rule on the past …</p>
      )}
    </section>
  )
}

function Result({ preview: { from, to, times, spans, subjects, why, notes } }: { preview: AlertPreview }) {
  return (
    <>
      <p>
        {times === null ? (
          (why ?? 'There is no history of this metric.')
        ) : (
          <>
            Would have fired <b className="font-semibold">{times === 1 ? 'once' : `${exact(times)} times`}</b> in{' '}
            {span(to - from)}
          </>
        )}
        <span className={subjects === 0 ? 'font-medium text-warn' : 'text-soft'}>
          {' · '}
          {subjects === 0 ? 'matches nothing now' : `applies to ${plural(subjects, 'subject')} now`}
        </span>
      </p>
      {spans.length > 0 && (
        <ul className="mt-1 text-xs">
          {spans.slice(0, MOST).map((one) => (
            <li key={`${one.subject} ${one.from}`} className="break-words">
              <span className="text-soft">{windowInWords({ from: one.from, to: one.to ?? to })}</span> {one.subject}
              {one.to === null && ' · still'}
            </li>
          ))}
          {spans.length > MOST && <li className="text-soft">and {spans.length - MOST} more</li>}
        </ul>
      )}
      {times !== null && <p className="label mt-1">{[...(why ? [why] : []), ...notes].join(' ')}</p>}
    </>
  )
}

/** A value once it has not changed for a while. */
function useSettled(rule: AlertRule | null): AlertRule | null {
  const text = JSON.stringify(rule)
  const [settled, setSettled] = useState(rule)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text) as AlertRule | null), QUIET_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
