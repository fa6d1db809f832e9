import type { ComponentProps } from 'react'
import { useIsFrozen } from '../api/freeze-api.js'
import { Button } from './button.js'

/** Of a button that a freeze turns off; a banner says more. */
const FROZEN = 'Changes are frozen'

/** What turns a button for a change of the apps off during a freeze. */
export function useFrozenProps(): { disabled?: true; title?: string } {
  return useIsFrozen() ? { disabled: true, title: FROZEN } : {}
}

/** A button that asks for a change of the apps. */
export function ActionButton(props: ComponentProps<typeof Button>) {
  return <Button {...props} {...useFrozenProps()} />
}
