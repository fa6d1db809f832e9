import { useIsOfAll, usePlace } from '../api/place.js'
import { useRoute } from '../routing/route.js'
import { ALL_CLUSTERS, sectionOf } from '../routing/sections.js'
import { PageLink } from '../ui/page-link.js'
import { useInSight } from '../ui/use-in-sight.js'
import { pageTarget, usePages } from './navigation.js'

/** The way to the other pages. @param isTight whether there is less room than usual */
export function Nav({ isTight = false }: { isTight?: boolean }) {
  const route = useRoute()
  const section = sectionOf(route.page)
  const isOfAll = useIsOfAll()
  const { refused } = usePlace()
  const pages = usePages()
  const shown = isOfAll ? [{ page: 'pulse', title: ALL_CLUSTERS } as const, ...pages] : pages
  const nav = useInSight(`${section} ${shown.length}`)
  return (
    <nav ref={nav} aria-label="Pages" className="-mx-1 flex min-w-0 gap-0.5 overflow-x-auto px-1 py-1">
      {shown.map(({ page, title }) => (
        <PageLink
          key={page}
          to={{ ...pageTarget(route, page), ...(isOfAll && { cluster: '' }) }}
          aria-current={section === page && refused === null ? 'page' : undefined}
          className={`rounded-lg py-1.5 min-[108rem]:px-3 ${isTight ? 'px-1.5 lg:px-1 min-[90rem]:px-1.5' : 'px-1.5'} font-medium whitespace-nowrap text-soft hover:bg-raised hover:text-text aria-[current=page]:bg-track aria-[current=page]:text-text`}
        >
          {title}
        </PageLink>
      ))}
    </nav>
  )
}
