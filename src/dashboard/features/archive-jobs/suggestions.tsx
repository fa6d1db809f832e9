import { OUTCOMES } from '../../../api/archived-jobs.js'
import { useJobFacets } from '../../api/archive-api.js'
import { FACET_FIELDS, fieldText, openField } from './search.js'

const MOST = 8
const EVERYTHING = { search: '', window: null }

/** What may stand where a field is being typed: `queue:` and the queues that the archive has. */
export function Suggestions({ text, onTake }: { text: string; onTake: (search: string) => void }) {
  const open = openField(text)
  const { data } = useJobFacets(EVERYTHING, open !== null && open.field !== 'state')
  if (!open) return null
  const { field, typed, before } = open
  const known = field === 'state' ? OUTCOMES : (data?.[FACET_FIELDS[field]].map(({ value }) => value) ?? [])
  const fits = known.filter((value) => value !== typed && value.toLowerCase().includes(typed.toLowerCase()))
  if (fits.length === 0 || known.some((value) => value === typed)) return null
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div role="group" aria-label={`Suggestions for ${field}`} className="flex min-w-0 flex-wrap items-center gap-1.5">
      <span className="label font-mono">{field}:</span>
      {fits.slice(0, MOST).map((value) => (
        <button
          key={value}
          type="button"
          className="min-h-7 max-w-full truncate rounded-full border border-line bg-panel px-2.5 py-1 font-mono text-xs hover:border-line-strong hover:bg-raised"
          onClick={() => onTake(before + fieldText(field, value))}
        >
          {value}
        </button>
      ))}
    </div>
  )
}
