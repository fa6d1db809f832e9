import { ChevronRight } from 'lucide-react'
import type { ArchivedJobFacets } from '../../../api/archived-jobs.js'
import { count } from '../../ui/format.js'
import { useMedia } from '../../ui/use-media.js'
import { FACET_FIELDS, type FacetField, valuesOf, withField } from './search.js'

const TITLES: Readonly<Record<FacetField, string>> = {
  state: 'Outcome',
  queue: 'Queue',
  name: 'Name',
  service: 'Service',
}
const FIRST = 10

interface FacetsProps {
  facets: ArchivedJobFacets
  search: string
  onSearch: (search: string) => void
}

/** How many jobs have each value; one is added to the search by a click. Beside the table, on a phone behind a disclosure. */
export function Facets(props: FacetsProps) {
  const isWide = useMedia('(min-width: 64rem)')
  const fields = Object.keys(FACET_FIELDS) as readonly FacetField[]
  const list = (
    <div className="flex flex-col gap-5">
      {fields.map((field) => (
        <Facet key={field} field={field} {...props} />
      ))}
    </div>
  )
  if (isWide) return list
  return (
    <details className="panel group px-4 py-3">
      <summary className="flex items-center gap-1.5 rounded-sm font-medium">
        <ChevronRight className="size-4 text-soft group-open:rotate-90" aria-hidden="true" />
        Narrow by outcome, queue, name, service
      </summary>
      <div className="mt-3">{list}</div>
    </details>
  )
}

function Facet({ field, facets, search, onSearch }: FacetsProps & { field: FacetField }) {
  const values = facets[FACET_FIELDS[field]]
  const chosen = valuesOf(search, field)
  if (values.length === 0) return null
  return (
    <section aria-label={TITLES[field]} className="min-w-0">
      <h2 className="label mb-1 font-medium">{TITLES[field]}</h2>
      <ul>
        {values.slice(0, FIRST).map(({ value, count: jobs }) => (
          <li key={value}>
            <button
              type="button"
              aria-pressed={chosen.includes(value)}
              title={value}
              className="flex min-h-7 w-full items-baseline gap-2 rounded-md px-2 py-1 text-left text-[0.8125rem] hover:bg-raised aria-pressed:bg-track aria-pressed:font-medium"
              onClick={() => onSearch(withField(search, field, value))}
            >
              <span className="min-w-0 flex-1 truncate">{value}</span>
              <span className="label">{count(jobs)}</span>
            </button>
          </li>
        ))}
      </ul>
      {values.length > FIRST && <p className="label px-2 py-1">and {values.length - FIRST} more</p>}
    </section>
  )
}
