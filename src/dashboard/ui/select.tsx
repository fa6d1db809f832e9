interface SelectProps {
  label: string
  /** What stands for no choice. */
  all: string
  options: readonly string[]
  value: string
  onChoose: (value: string) => void
}

/** One of a few, or all. A chosen one that is not there (any more) stays to be seen. */
export function Select({ label, all, options, value, onChoose }: SelectProps) {
  if (options.length < 2 && !value) return null
  const known = value && !options.includes(value) ? [...options, value] : options
  return (
    <select
      aria-label={label}
      value={value}
      className={`h-9 min-w-0 flex-1 rounded-lg sm:max-w-44 sm:flex-none border bg-panel px-2.5 hover:border-line-strong ${value ? 'border-accent' : 'border-line'}`}
      onChange={(event) => onChoose(event.target.value)}
    >
      <option value="">{all}</option>
      {known.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  )
}
