import type { ComponentProps, ReactNode } from 'react'

export const INPUT = 'h-9 w-full rounded-lg border border-line bg-panel px-2.5 hover:border-line-strong'

/** A named field of a form. */
export function Field({ label, hint, children }: { label: string; hint?: ReactNode; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the field is its child
    <label className="flex min-w-0 flex-col gap-1">
      <span className="text-xs font-medium">{label}</span>
      {children}
      {hint && <span className="label">{hint}</span>}
    </label>
  )
}

/** A text of several lines that is code. */
export function CodeArea(props: ComponentProps<'textarea'>) {
  return (
    <textarea
      spellCheck={false}
      autoComplete="off"
      rows={6}
      {...props}
      className="w-full rounded-lg border border-line bg-panel p-2.5 font-mono text-xs leading-5 hover:border-line-strong"
    />
  )
}

/** Why a text is no JSON; null when it is. */
export function jsonProblem(text: string): string | null {
  try {
    JSON.parse(text)
    return null
  } catch {
    return 'This is no JSON: names and texts take double quotes.'
  }
}
