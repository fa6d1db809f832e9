import type { ComponentProps, MouseEvent } from 'react'
import type { Target } from '../routing/pages.js'
import { navigate, useHref } from '../routing/route.js'

interface PageLinkProps extends Omit<ComponentProps<'a'>, 'href'> {
  to: Target
}

/** A link within the page: opens in place, or in a new tab where that is asked for. */
export function PageLink({ to, onClick, ...rest }: PageLinkProps) {
  const href = useHref(to)
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(to)
  }
  return <a {...rest} href={href} onClick={follow} />
}
