import type { ReactNode } from 'react'

interface FactsProps {
  facts: readonly (readonly [name: string, value: ReactNode])[]
  /** Whether values are sentences, and not ids and figures. */
  isProse?: boolean
}

/** Names and values; those without a value are left out. */
export function Facts({ facts, isProse = false }: FactsProps) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-xs">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className={isProse ? 'break-words' : 'font-mono break-all'}>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
