import { Check, Copy, type LucideIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from './button.js'

/** How long the button says that it copied, ms. */
const SAY_MS = 2_000

interface CopyButtonProps {
  label: string
  /** What is copied, made when it is. */
  text: () => string
  icon?: LucideIcon
}

/** Copies a text, and says whether it did. */
export function CopyButton({ label, text, icon = Copy }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null)
  useEffect(() => {
    if (outcome === null) return
    const timer = setTimeout(() => setOutcome(null), SAY_MS)
    return () => clearTimeout(timer)
  }, [outcome])
  const Icon = outcome === 'copied' ? Check : icon
  return (
    <Button onClick={async () => setOutcome((await copied(text())) ? 'copied' : 'failed')}>
      <Icon className="size-3.5" aria-hidden="true" />
      <span aria-live="polite">{outcome === null ? label : outcome === 'copied' ? 'Copied' : 'Not copied'}</span>
    </Button>
  )
}

/** Over plain HTTP browsers have no clipboard but the one of a selected field. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copiedFromField(text)
  }
}

function copiedFromField(text: string): boolean {
  const before = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'sr-only'
  document.body.append(field)
  field.select()
  const isDone = document.execCommand('copy')
  field.remove()
  if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  return isDone
}
