import { NO_FILTER } from '../api/filter.js'
import type { Target } from '../routing/pages.js'
import { useHref } from '../routing/route.js'
import { CopyButton } from './copy-button.js'

/** Copies a link to one item, without the reader's filters. */
export function CopyLink({ to }: { to: Target }) {
  const href = useHref({ ...NO_FILTER, ...to } as Target)
  return <CopyButton label="Copy link" text={() => new URL(href, location.href).href} />
}
