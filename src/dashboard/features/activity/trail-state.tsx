import { ShieldCheck, TriangleAlert } from 'lucide-react'
import type { UntrustedDocument } from '../../../api/audit.js'
import type { AuditChain } from '../../../protocol/audit.js'
import { count, plural } from '../../ui/format.js'

/** Whether the audit trail is what was written; where it is not, the places. */
export function TrailState({ chain }: { chain: AuditChain | null }) {
  if (!chain || chain.lines + chain.breaks.length + chain.leftBehind === 0) return null
  if (chain.ok && chain.leftBehind === 0) return <Whole chain={chain} />
  const { breaks, leftBehind } = chain
  return (
    <div role="alert" className="rounded-xl bg-warn-wash px-4 py-2.5 text-[0.8125rem]">
      <p className="flex items-center gap-2 font-medium">
        <TriangleAlert className="size-4 shrink-0 text-warn" aria-hidden="true" />
        {chain.ok ? 'The trail is intact; some lines are not part of it' : 'The trail does not match what Zenith wrote'}
      </p>
      <ul className="mt-1.5 flex flex-col gap-1 text-xs">
        {breaks.map(({ kind, at, message }) => (
          <li key={`${kind} ${at} ${message}`} className="break-words">
            {message} {at && <span className="font-mono text-soft">{at}</span>}
          </li>
        ))}
        {leftBehind > 0 && (
          <li>
            {plural(leftBehind, 'line')} {leftBehind === 1 ? 'is' : 'are'} where earlier versions kept the trail: Zenith
            has not moved them yet, or an earlier version or a reporter has written them since.
          </li>
        )}
      </ul>
    </div>
  )
}

function Whole({ chain: { lines, signed, beforeSigning } }: { chain: AuditChain }) {
  const how = signed ? 'signed' : 'not signed: Zenith has no token'
  return (
    <p className="label flex items-center gap-1.5">
      <ShieldCheck className="size-3.5 shrink-0" aria-hidden="true" />
      {count(lines)} {lines === 1 ? 'line' : 'lines'}, intact, {how}
      {beforeSigning > 0 && `, ${count(beforeSigning)} of them from before the token was set`}
    </p>
  )
}

const WHY = {
  unsigned: 'not signed',
  forged: 'its signature is wrong: changed, copied, or signed with another token',
  replayed: 'replaced or removed since it was signed',
  displaced: 'something else replaced all of them',
} as const

const KIND_WORDS: Readonly<Record<UntrustedDocument['kind'], string>> = {
  bulk: 'bulk operation',
  scheduler: 'paused scheduler',
  freeze: 'change freeze',
}

/** What is kept and none of Zenith's. */
export function UntrustedDocuments({ documents }: { documents: readonly UntrustedDocument[] }) {
  if (documents.length === 0) return null
  return (
    <div role="alert" className="rounded-xl bg-warn-wash px-4 py-2.5 text-[0.8125rem]">
      <p className="flex items-center gap-2 font-medium">
        <TriangleAlert className="size-4 shrink-0 text-warn" aria-hidden="true" />
        Zenith ignores {documents.length === 1 ? 'a document' : `${documents.length} documents`} without a valid
        signature
      </p>
      <ul className="mt-1.5 flex flex-col gap-1 text-xs">
        {documents.map(({ kind, id, doubt }) => (
          <li key={`${kind} ${id}`} className="break-words">
            {KIND_WORDS[kind]} <span className="font-mono">{id}</span>: {WHY[doubt]}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Says that more is kept than is read. @param count null when none of it could be read */
export function UnreadDocuments({ count: unread = 0, what }: { count: number | null | undefined; what: string }) {
  if (unread === 0) return null
  return (
    <p role="status" className="panel px-4 py-2.5 text-[0.8125rem] text-warn">
      {unread === null
        ? `Zenith could not read the stored ${what}.`
        : `Zenith reads only a limited number of ${what}: ${documents(unread)} left out.`}
    </p>
  )
}

function documents(unread: number): string {
  return `${count(unread)} ${unread === 1 ? 'document' : 'documents'}`
}
