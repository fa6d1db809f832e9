import type { ComponentProps, MouseEvent } from 'react'
import { type Choice, choose, hrefOf, useChoice } from '../routing/url-state.js'

interface PageLinkProps extends Omit<ComponentProps<'a'>, 'href'> {
  to: Partial<Choice>
}

/** A link within the page: opens in place, or in a new tab where that is asked for. */
export function PageLink({ to, onClick, ...rest }: PageLinkProps) {
  const href = hrefOf(useChoice(), to)
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    choose(to)
  }
  return <a {...rest} href={href} onClick={follow} />
}
