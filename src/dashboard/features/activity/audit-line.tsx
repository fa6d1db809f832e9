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
    <li className="row-idle flex flex-wrap items-start gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 last:border-b-0 sm:flex-nowrap">
      <div className="min-w-0 flex-[1_1_16rem]">
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
          {user === null ? 'unnamed user' : <Meant by={{ user }}>{user}</Meant>}
          {role && ` · ${role}`}
          {via && ` · by ${via}`}
          {from && (
            <>
              {' · from '}
              <Meant by={{ address: from }}>{from}</Meant>
            </>
          )}
        </p>
      </div>
      <div className="max-w-full min-w-0 sm:shrink-0 sm:text-right">
        <p className="text-[0.8125rem] break-words sm:max-w-96 sm:truncate" title={result?.detail ?? undefined}>
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

/** Leads to all lines of one user, or from one address. */
function Meant({ by, children }: { by: { user: string } | { address: string }; children: string }) {
  return (
    <PageLink
      to={{ page: 'activity', ...by }}
      title={`All lines ${'user' in by ? 'of' : 'from'} ${children}`}
      className="rounded-sm hover:text-accent hover:underline"
    >
      {children}
    </PageLink>
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
