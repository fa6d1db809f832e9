import { Search } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import type { Known } from '../api/known.js'
import { changeScope, useRoute } from '../routing/route.js'
import { Select } from './select.js'

/** What narrows every page: a text, a service, an environment, a version. */
export function FilterBar({ choices: of }: Pick<Known, 'choices'>) {
  const { env, version, service } = useRoute()
  return (
    <search className="flex min-w-0 flex-1 basis-full flex-wrap items-center gap-2 md:basis-0">
      <TextFilter />
      {of && (
        <>
          <Select
            label="Service"
            all="All services"
            options={of.services}
            value={service}
            onChoose={(name) => changeScope({ service: name })}
          />
          <Select
            label="Environment"
            all="All environments"
            options={of.environments}
            value={env}
            onChoose={(name) => changeScope({ env: name })}
          />
          <Select
            label="Version"
            all="All versions"
            options={of.versions}
            value={version}
            onChoose={(name) => changeScope({ version: name })}
          />
        </>
      )}
    </search>
  )
}

/** `/` goes to it from anywhere; Escape empties it, and then leaves it. */
function TextFilter() {
  const { q } = useRoute()
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    if (q) changeScope({ q: '' })
    else event.currentTarget.blur()
  }
  return (
    <label className="relative min-w-48 flex-1 basis-full sm:basis-0 md:max-w-80">
      <span className="sr-only">Filter by service, server, route or error</span>
      <Search className="pointer-events-none absolute top-2.5 left-3 size-4 text-soft" aria-hidden="true" />
      <input
        id="filter"
        type="text"
        value={q}
        placeholder="Filter"
        autoComplete="off"
        spellCheck={false}
        className={`h-9 w-full rounded-lg border bg-panel pr-9 pl-9 placeholder:text-soft hover:border-line-strong ${q ? 'border-accent' : 'border-line'}`}
        onChange={(event) => changeScope({ q: event.target.value })}
        onKeyDown={onKeyDown}
      />
      <span className="key pointer-events-none absolute top-2 right-2.5" aria-hidden="true">
        /
      </span>
    </label>
  )
}
