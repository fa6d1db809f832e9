import { type ReactNode, useMemo } from 'react'
import type { ShownText } from '../../api/jobs.js'
import { Button } from './button.js'
import { bytes, plural } from './format.js'
import { pretty, splitMasked } from './pretty.js'

interface ShownTextViewProps {
  text: ShownText
  /** What it is, for who can't see the heading: `data`. */
  label: string
  /** Asks for all of it; without it there is no way to. */
  onWhole?: (() => void) | undefined
}

/** What an app stored, as text: laid out when it is JSON, with what was masked or cut told. */
export function ShownTextView({
  text: { text, bytes: size, isJson, isCut, isHidden, masked },
  label,
  onWhole,
}: ShownTextViewProps) {
  const parts = useMemo(() => splitMasked(text === null ? '' : isJson ? pretty(text) : text), [text, isJson])
  if (isHidden)
    return (
      <p className="label">Your role can’t see payloads ({bytes(size)}). An admin can allow it in Zenith’s options.</p>
    )
  if (text === null) return <p className="label">None</p>
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <CodeBox label={label}>
        {parts.map((part, index) =>
          index % 2 === 0 ? (
            part
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name and never change places
            <mark key={index} title="Masked because of its name" className="rounded bg-warn-wash px-1 text-warn">
              {part}
            </mark>
          ),
        )}
        {isCut && '…'}
      </CodeBox>
      <p className="label flex flex-wrap items-center gap-x-3 gap-y-1">
        {bytes(size)}
        {!isJson && <span>not JSON, shown as is</span>}
        {masked > 0 && (
          <span>
            {plural(masked, 'value')} masked for {masked === 1 ? 'its name' : 'their names'}
          </span>
        )}
        {isCut && onWhole && (
          <Button className="h-7" onClick={onWhole}>
            Show all
          </Button>
        )}
      </p>
    </div>
  )
}

/** Text of a fixed width that scrolls within its box. */
export function CodeBox({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div
      role="group"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-96 overflow-auto rounded-xl border border-line bg-panel p-3"
    >
      <pre className="font-mono text-xs leading-5 break-words whitespace-pre-wrap">{children}</pre>
    </div>
  )
}
