import { useState } from 'react'
import type { RoleGrant } from '../../../api/people.js'
import { Field, INPUT } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { draftOf, type GrantDraft, grantOf, newDraft } from './grants.js'
import { type GrantChoices, GrantsEditor } from './grants-editor.js'

const DAY_MS = 86_400_000

const LENGTHS = [
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year'],
  ['date', 'until a day'],
  ['never', 'without end'],
] as const

export interface NewToken {
  readonly name: string
  readonly grants: readonly RoleGrant[]
  readonly expiresAt: number | null
}

interface TokenFormProps extends GrantChoices {
  /** The rights that it begins with. */
  before: readonly RoleGrant[]
  isBusy: boolean
  error: Error | null
  onAdd: (token: NewToken) => void
  onClose: () => void
}

/** Adds an API token. */
export function TokenForm({ roles, clusters, before, isBusy, error, onAdd, onClose }: TokenFormProps) {
  const [grants, setGrants] = useState<readonly GrantDraft[]>(() =>
    before.length > 0 ? before.map(draftOf) : [newDraft()],
  )
  const [length, setLength] = useState<string>('90')
  const [problem, setProblem] = useState<Error | null>(null)
  const submit = (fields: FormData) => {
    const expiresAt = endOf(length, String(fields.get('until') ?? ''), Date.now())
    const words = problemOf(grants.length, expiresAt)
    setProblem(words === null ? null : new Error(words))
    if (words === null)
      onAdd({
        name: String(fields.get('name') ?? '').trim(),
        grants: grants.map(grantOf),
        expiresAt: expiresAt ?? null,
      })
  }
  return (
    <FormDialog
      title="New token"
      confirm="Add token"
      isBusy={isBusy}
      error={problem ?? error}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Name" hint="the program that uses it">
          <input name="name" required maxLength={100} autoComplete="off" className={INPUT} />
        </Field>
        <Field label="Valid">
          <select className={INPUT} value={length} onChange={(event) => setLength(event.target.value)}>
            {LENGTHS.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </Field>
        {length === 'date' && (
          <Field label="Last day">
            <input name="until" type="date" required className={INPUT} />
          </Field>
        )}
      </div>
      <GrantsEditor
        grants={grants}
        none="A token needs at least one right."
        roles={roles}
        clusters={clusters}
        onChange={setGrants}
      />
    </FormDialog>
  )
}

/** Unix ms; null for never, undefined if it is not in the future. @param day `2027-01-31`, of which the token is valid to the end */
function endOf(length: string, day: string, now: number): number | null | undefined {
  if (length === 'never') return null
  if (length !== 'date') return now + Number(length) * DAY_MS
  const end = new Date(`${day}T23:59:59`).getTime()
  return end > now ? end : undefined
}

function problemOf(grants: number, expiresAt: number | null | undefined): string | null {
  if (expiresAt === undefined) return 'Choose a last day that is not over.'
  return grants === 0 ? 'A token needs at least one right.' : null
}
