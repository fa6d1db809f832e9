import { type ReactNode, useMemo } from 'react'
import { CopyButton } from './copy-button.js'
import { plural } from './format.js'
import { type StackPart, stackParts } from './stack.js'

interface StackTraceProps {
  stack: string
  /** Beside the button that copies it. */
  actions?: ReactNode
}

/** A stack with the app's frames in bold and those of libraries folded. */
export function StackTrace({ stack, actions }: StackTraceProps) {
  const parts = useMemo(() => stackParts(stack), [stack])
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields */}
      <div
        role="group"
        aria-label="Stack"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-96 overflow-auto rounded-lg bg-raised p-3 font-mono text-xs leading-5"
      >
        {parts.map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name and never change places
          <Part key={index} part={part} />
        ))}
      </div>
      <div className="flex flex-wrap gap-1.5">
        <CopyButton label="Copy stack" text={() => stack} />
        {actions}
      </div>
    </div>
  )
}

function Part({ part }: { part: StackPart }) {
  if (part.kind !== 'library')
    return <div className={`whitespace-pre ${part.kind === 'app' ? 'font-semibold' : ''}`}>{part.text || ' '}</div>
  return (
    <details className="group/frames">
      <summary className="w-fit rounded-sm pl-[4ch] text-soft hover:text-text">
        <span aria-hidden="true" className="inline-block group-open/frames:rotate-90">
          ›
        </span>{' '}
        {plural(part.lines.length, 'frame')} of libraries
      </summary>
      <div className="whitespace-pre text-soft">{part.lines.join('\n')}</div>
    </details>
  )
}
