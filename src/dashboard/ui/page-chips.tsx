import { narrowingsOf } from '../routing/narrowing.js'
import { navigate, useRoute } from '../routing/route.js'
import { Chip } from './chip.js'

/** All that narrows this page, each removable; nothing where nothing does. */
export function PageChips() {
  const narrowings = narrowingsOf(useRoute())
  if (narrowings.length === 0) return null
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div
      role="group"
      aria-label="What narrows this page"
      className="flex min-w-0 basis-full flex-wrap items-center gap-2"
    >
      {narrowings.map(({ key, label, value, without }) => (
        <Chip key={key} label={label} value={value} onRemove={() => navigate(without)} />
      ))}
    </div>
  )
}
