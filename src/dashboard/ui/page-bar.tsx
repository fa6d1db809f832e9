import { type ReactNode, useContext } from 'react'
import { KnownContext } from '../api/known.js'
import { FilterBar } from './filter-bar.js'
import { PageChips } from './page-chips.js'
import { takeFocus } from './page-focus.js'
import { type AllChoice, PeriodPicker } from './period-picker.js'
import { UrlNote } from './url-note.js'

interface PageBarProps {
  title: ReactNode
  /** Beside the title. */
  aside?: ReactNode
  hasPeriod?: boolean
  /** Beside the periods. */
  all?: AllChoice
  /** What else narrows or orders this page. */
  more?: ReactNode
  /** Pages of one thing have nothing to be narrowed. */
  hasFilter?: boolean
}

/** What the page is, and what narrows it. */
export function PageBar({ title, aside, hasPeriod = false, all, more, hasFilter = true }: PageBarProps) {
  const { choices } = useContext(KnownContext)
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
      <div className="flex min-w-0 items-center gap-3">
        {/* The focus comes here when the page changes. */}
        <h1
          id="title"
          ref={takeFocus}
          tabIndex={-1}
          className="min-w-0 text-xl font-semibold tracking-tight break-words outline-none"
        >
          {title}
        </h1>
        {aside}
      </div>
      {hasFilter && (
        <div className="flex min-w-0 flex-1 basis-full flex-wrap items-center gap-2 md:basis-0 md:justify-end">
          <FilterBar choices={choices} />
          {more}
          {hasPeriod && <PeriodPicker all={all} />}
        </div>
      )}
      {hasFilter && <PageChips />}
      {hasPeriod && <UrlNote />}
    </div>
  )
}
