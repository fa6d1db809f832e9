import { usePage, useRoute } from '../routing/route.js'
import { EmptyState } from '../ui/empty-state.js'
import { PageBar } from '../ui/page-bar.js'
import { PageLink } from '../ui/page-link.js'
import { pageTarget, usePages } from './navigation.js'

/** The URL names a page that there is not: which ones there are. */
export function UnknownPage() {
  const { asked } = usePage('unknown')
  const route = useRoute()
  const pages = usePages()
  return (
    <>
      <PageBar title="Page not found" hasFilter={false} />
      <div className="panel px-4 py-12">
        <EmptyState title={`Zenith has no page “${asked.slice(0, 50)}”`}>
          <span className="flex flex-wrap justify-center gap-x-4 gap-y-2">
            {pages.map(({ page, title }) => (
              <PageLink key={page} to={pageTarget(route, page)} className="font-medium text-accent hover:underline">
                {title}
              </PageLink>
            ))}
          </span>
        </EmptyState>
      </div>
    </>
  )
}
