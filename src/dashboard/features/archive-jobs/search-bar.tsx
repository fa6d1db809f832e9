import { type FormEvent, useEffect, useState } from 'react'
import { chipsOf, type Chip as SearchChip, withoutChip } from '../../../search/chips.js'
import { MAX_SEARCH_CHARS } from '../../../search/language.js'
import { changePage, usePage } from '../../routing/route.js'
import { Button } from '../../ui/button.js'
import { Chip } from '../../ui/chip.js'
import { SearchField } from '../../ui/search-field.js'
import type { Obstacle } from './search.js'
import { Suggestions } from './suggestions.js'

/** Where a search is written, and its conditions, each removable. */
export function SearchBar({ obstacle }: { obstacle: Obstacle | null }) {
  const { find } = usePage('jobs')
  const [text, setText] = useState(find)
  useEffect(() => setText(find), [find])
  const go = (search: string) => {
    setText(search)
    changePage('jobs', { find: search.trim() })
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    go(text)
  }
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <form className="flex min-w-0 gap-2" onSubmit={onSubmit}>
        <SearchField
          label="Search finished jobs"
          placeholder="user@example.com state:failed queue:mail* after:2h"
          value={text}
          isActive={find !== ''}
          hasKey
          maxLength={MAX_SEARCH_CHARS}
          className="min-w-0"
          onChange={setText}
          onClear={() => go('')}
        />
        <Button type="submit" className="h-9">
          Search
        </Button>
      </form>
      <Suggestions text={text} onTake={go} />
      <Conditions text={find} obstacle={obstacle} onChange={go} />
    </div>
  )
}

interface ConditionsProps {
  text: string
  obstacle: Obstacle | null
  onChange: (search: string) => void
}

/** The conditions of the search, and below them what is wrong with which. */
function Conditions({ text, obstacle, onChange }: ConditionsProps) {
  const chips = chipsOf(text)
  if (chips.length === 0) return null
  const problems = obstacle?.problems ?? []
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields */}
      <div role="group" aria-label="Conditions" className="flex min-w-0 flex-wrap gap-2">
        {chips.map((chip) => (
          <Chip
            key={`${chip.from} ${chip.text}`}
            label={labelOf(chip)}
            value={chip.value}
            isBad={problems.some(({ from, to }) => from < chip.to && to > chip.from)}
            onRemove={() => onChange(withoutChip(text, chip))}
          />
        ))}
      </div>
      {problems.length > 0 && (
        <ul role="alert" className="flex flex-col gap-1 rounded-lg bg-bad-wash px-3 py-2 text-[0.8125rem]">
          {problems.map(({ message, from, to }) => (
            <li key={`${from} ${message}`} className="break-words">
              <mark className="rounded bg-panel px-1 font-mono text-bad">{text.slice(from, to).slice(0, 100)}</mark>{' '}
              <Words text={message} />
            </li>
          ))}
        </ul>
      )}
      {obstacle?.isForbidden && (
        <p className="label">
          Your role can search by state, queue, name, service, id, run, wait, attempt, after and before.
        </p>
      )}
    </>
  )
}

/** Words, in which what is between backticks is written in the language. */
function Words({ text }: { text: string }) {
  return text.split(/`([^`]*)`/).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name and never change places
      <code key={index} className="font-mono">
        {part}
      </code>
    ),
  )
}

function labelOf({ field, isNot, isQuoted }: SearchChip): string {
  const what = field ?? (isQuoted ? 'Text' : 'Word')
  return isNot ? `not ${field ?? what.toLowerCase()}` : what
}
