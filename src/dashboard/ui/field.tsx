import { type ComponentProps, cloneElement, type ReactElement, type ReactNode, useId } from 'react'

export const INPUT = 'h-9 w-full rounded-lg border border-line bg-panel px-2.5 hover:border-line-strong'

interface FieldProps {
  label: string
  /** Read out after the name, and not as a part of it. */
  hint?: ReactNode
  children: ReactElement<{ id?: string; 'aria-describedby'?: string }>
}

/** A named field of a form. */
export function Field({ label, hint, children }: FieldProps) {
  const id = useId()
  const hintId = `${id}-hint`
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-xs font-medium">
        {label}
      </label>
      {cloneElement(children, { id, ...(hint && { 'aria-describedby': hintId }) })}
      {hint && (
        <span id={hintId} className="label">
          {hint}
        </span>
      )}
    </div>
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
    return 'Invalid JSON: names and texts need double quotes.'
  }
}

/** Null for an empty field. */
export function amountOf(fields: FormData, name: string): number | null {
  const text = String(fields.get(name) ?? '').trim()
  return text === '' ? null : Number(text)
}
