import type { AuditEntry } from '../../../protocol/audit.js'
import { Ago } from '../../ui/ago.js'
import { duration, exactTime } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { TrustMark } from '../../ui/trust-mark.js'
import type { AuditLine } from './audit.js'

/** An action of a user, and its result. */
export function AuditLineRow({ line: { about, intent, result } }: { line: AuditLine }) {
  const { user, role, via, from, action, queue, queueName, target, at } = about
  const took = intent && result ? result.at - intent.at : null
  return (
    <li className="row-idle flex items-start gap-4 border-b border-line px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <b className="font-semibold">{action}</b>
          {queue && queueName && (
            <PageLink
              to={{ page: 'queue', queue }}
              data-row=""
              className="min-w-0 truncate rounded-sm hover:text-accent"
            >
              {queueName}
            </PageLink>
          )}
          <span className="min-w-0 truncate font-mono text-xs text-soft" title={target}>
            {target}
          </span>
          <LineMark entries={[intent, result]} />
        </p>
        <p className="label mt-0.5 break-words">
          {[user ?? 'unnamed user', role, via && `by ${via}`, from && `from ${from}`].filter(Boolean).join(' · ')}
        </p>
      </div>
      <div className="shrink-0 text-right">
        <p className="max-w-64 truncate text-[0.8125rem] sm:max-w-96" title={result?.detail ?? undefined}>
          <Outcome result={result} />
        </p>
        <p className="label mt-0.5" title={exactTime(at)}>
          <Ago at={at} />
          {took !== null && took >= 1_000 && ` · took ${duration(took)}`}
        </p>
      </div>
    </li>
  )
}

/** Of a line that is none of Zenith's. */
function LineMark({ entries }: { entries: readonly (AuditEntry | null)[] }) {
  const trust = (['forged', 'unsigned'] as const).find((one) => entries.some((entry) => entry?.trust === one))
  return <TrustMark trust={trust ?? null} of="line" />
}

function Outcome({ result }: { result: AuditEntry | null }) {
  if (!result) return <span className="text-warn">no result yet: still running, or its Zenith ended</span>
  const word = result.ok ? 'done' : 'not completed'
  return (
    <>
      <span className={`font-medium ${result.ok ? 'text-ok' : 'text-bad'}`}>{word}</span>
      {result.detail && <span className="text-soft"> · {result.detail}</span>}
    </>
  )
}
