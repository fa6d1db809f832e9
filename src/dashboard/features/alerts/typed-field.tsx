import { Field, INPUT } from '../../ui/field.js'

interface TypedFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  hint?: string | undefined
  /** What is wrong with it. */
  problem?: string | undefined
  placeholder?: string
  list?: string
}

/** A short text of a form that says what is wrong with it. */
export function TypedField({ label, value, onChange, hint, problem, placeholder, list }: TypedFieldProps) {
  return (
    <Field label={label} hint={problem ? <span className="text-bad">{problem}</span> : hint}>
      <input
        value={value}
        list={list}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={problem !== undefined}
        className={`${INPUT} ${problem ? 'border-bad' : ''}`}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  )
}
