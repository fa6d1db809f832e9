import type { Known } from '../api/known.js'
import { changeScope, useRoute } from '../routing/route.js'
import { SearchField } from './search-field.js'
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

function TextFilter() {
  const { q } = useRoute()
  return (
    <SearchField
      label="Filter by service, server, route or error"
      placeholder="Filter"
      value={q}
      isActive={q !== ''}
      hasKey
      className="min-w-48 basis-full sm:basis-0 md:max-w-80"
      onChange={(text) => changeScope({ q: text })}
      onClear={() => changeScope({ q: '' })}
    />
  )
}
