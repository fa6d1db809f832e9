import { ShieldAlert } from 'lucide-react'
import type { Trust, UntrustedCounts } from '../../protocol/trust.js'

/** Nothing where all is signed, and where Zenith has no token to tell by. */
export function TrustMark({ trust, of = 'last report' }: { trust: Trust | null; of?: 'last report' | 'line' }) {
  const its = of === 'line' ? 'This line' : 'Its last report'
  if (trust === 'unsigned') return <Mark title={`${its} has no signature`}>unsigned</Mark>
  if (trust !== 'forged') return null
  return <Mark title={`${its} has a wrong signature: altered, copied, or signed with another token`}>forged</Mark>
}

/** The same of a service: how much of it is not signed. */
export function UntrustedMark({ untrusted }: { untrusted: UntrustedCounts | null }) {
  const words = untrustedWords(untrusted)
  return words ? <Mark title="Current records and those of the last five minutes">{words}</Mark> : null
}

/** `2 unsigned, 1 forged`; empty when there is nothing to tell. */
export function untrustedWords(untrusted: UntrustedCounts | null): string {
  if (!untrusted) return ''
  const { unsigned, forged } = untrusted
  return [unsigned > 0 && `${unsigned} unsigned`, forged > 0 && `${forged} forged`].filter(Boolean).join(', ')
}

function Mark({ title, children }: { title: string; children: string }) {
  return (
    <span
      title={title}
      className="inline-flex shrink-0 items-center gap-1 rounded-md bg-warn-wash px-2 py-0.5 align-middle text-xs font-medium whitespace-nowrap text-warn"
    >
      <ShieldAlert className="size-3.5" aria-hidden="true" />
      {children}
    </span>
  )
}
