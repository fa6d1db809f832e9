import { Fragment, type ReactNode } from 'react'

/** Short texts in a row, which breaks between them and not within. Those that are empty are left out. */
export function Parts({ of }: { of: readonly ReactNode[] }) {
  const parts = of.filter(Boolean)
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no other name and never change places
    <Fragment key={index}>
      {index > 0 && ' · '}
      <span className="whitespace-nowrap">{part}</span>
    </Fragment>
  ))
}
