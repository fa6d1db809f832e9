import { lazy, Suspense } from 'react'
import type { ChainProps } from './chain-list.js'

const ChainList = lazy(async () => ({ default: (await import('./chain-list.js')).ChainList }))

/** What else is recorded of a trace, loaded when a record is open. */
export function Chain(props: ChainProps) {
  return (
    <Suspense fallback={null}>
      <ChainList {...props} />
    </Suspense>
  )
}
