import { pageChange, useChoice } from '../routing/url-state.js'
import { PageLink } from '../ui/page-link.js'
import { useInSight } from '../ui/use-in-sight.js'
import { PAGE_LIST } from './pages.js'

/** The way to the other pages. */
export function Nav() {
  const choice = useChoice()
  const nav = useInSight(choice.page)
  return (
    <nav ref={nav} aria-label="Pages" className="-mx-1 flex min-w-0 gap-1 overflow-x-auto px-1 py-1">
      {PAGE_LIST.map(({ page, title }) => (
        <PageLink
          key={page}
          to={pageChange(choice, page)}
          aria-current={choice.page === page ? 'page' : undefined}
          className="rounded-lg px-3 py-1.5 font-medium whitespace-nowrap text-soft hover:bg-raised hover:text-text aria-[current=page]:bg-track aria-[current=page]:text-text"
        >
          {title}
        </PageLink>
      ))}
    </nav>
  )
}
