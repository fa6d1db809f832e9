import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { AlertRuleView } from '../../../api/alerts.js'
import { useAlertRules } from '../../api/alerts-api.js'
import { textTest } from '../../api/filter.js'
import { useCan } from '../../api/session.js'
import { changeScope, usePage } from '../../routing/route.js'
import { Button } from '../../ui/button.js'
import { Loading } from '../../ui/loading.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { QueryNote } from '../../ui/query-note.js'
import { SearchField } from '../../ui/search-field.js'
import type { AlertPartProps } from './alert-part.js'
import { RuleEditor } from './rule-editor.js'
import { RuleRow } from './rule-row.js'
import { ruleText, scopeText } from './words.js'

/** What is looked at, how it is now, and where it fires. */
export function Rules({ overview, say }: AlertPartProps) {
  const { q, rule: open } = usePage('alerts')
  const query = useAlertRules()
  const mayEdit = useCan('alert.edit')
  // `undefined`: nobody edits; null: a new one.
  const [edited, setEdited] = useState<AlertRuleView | null | undefined>(undefined)
  const all = query.data?.items
  const shown = useMemo(() => {
    const matches = textTest(q)
    return (all ?? []).filter(({ rule, source }) =>
      matches([rule.id, rule.name, rule.severity, source, ruleText(rule), scopeText(rule.scope)]),
    )
  }, [all, q])
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Filter the rules"
          placeholder="Filter"
          value={q}
          isActive={q !== ''}
          hasKey
          className="min-w-40 sm:max-w-80"
          onChange={(text) => changeScope({ q: text })}
          onClear={() => changeScope({ q: '' })}
        />
        {mayEdit && (
          <Button className="h-9" onClick={() => setEdited(null)}>
            <Plus className="size-3.5" aria-hidden="true" />
            New rule
          </Button>
        )}
      </div>
      <QueryNote query={query} instead="There is no rule to show." />
      {query.isPending && <Loading what="the rules" />}
      {shown.length > 0 && (
        <ul className="panel overflow-hidden" aria-label="Rules">
          {shown.map((view) => (
            <RuleRow
              key={view.rule.id}
              view={view}
              isOpen={view.rule.id === open}
              onEdit={mayEdit ? () => setEdited(view) : null}
              say={say}
            />
          ))}
        </ul>
      )}
      {all && shown.length === 0 && <NothingMatches />}
      {edited !== undefined && (
        <RuleEditor
          before={edited}
          rules={all ?? []}
          overview={overview}
          say={say}
          onClose={() => setEdited(undefined)}
        />
      )}
    </div>
  )
}
