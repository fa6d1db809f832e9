import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { MIN_PASSWORD_CHARS } from '../../../api/people.js'
import { useAccountChange } from '../../api/people-api.js'
import { Button } from '../../ui/button.js'
import { Field, INPUT } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { Section } from '../../ui/section.js'
import type { OwnPartProps } from './own-part.js'

/** Changes the own password. */
export function OwnPassword({ account: { user } }: OwnPartProps) {
  const [isChanging, setChanging] = useState(false)
  return (
    <Section title="Password">
      <div className="panel flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3">
        <p className="text-[0.8125rem]">
          {user.hasPassword
            ? 'You log in with a name and a password.'
            : 'You log in by single sign-on: there is no password.'}
        </p>
        {user.hasPassword && (
          <Button onClick={() => setChanging(true)}>
            <KeyRound className="size-3.5" aria-hidden="true" />
            Change password
          </Button>
        )}
      </div>
      {isChanging && <PasswordForm name={user.name} onClose={() => setChanging(false)} />}
    </Section>
  )
}

function PasswordForm({ name, onClose }: { name: string; onClose: () => void }) {
  const change = useAccountChange()
  const [problem, setProblem] = useState<Error | null>(null)
  const submit = (fields: FormData) => {
    const text = (field: string) => String(fields.get(field) ?? '')
    const isSame = text('password') === text('again')
    setProblem(isSame ? null : new Error('The two new passwords differ.'))
    if (!isSame) return
    const body = { action: 'password', current: text('current'), password: text('password') } as const
    // Zenith asks for the new password now.
    change.mutate(body, { onSuccess: () => location.reload() })
  }
  return (
    <FormDialog
      title="Change password"
      confirm="Change and log in again"
      isBusy={change.isPending}
      error={problem ?? change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <input type="hidden" name="username" value={name} autoComplete="username" />
      <Field label="Current password">
        <input
          name="current"
          type="password"
          required
          maxLength={1_000}
          autoComplete="current-password"
          className={INPUT}
        />
      </Field>
      <Field label="New password" hint={`${MIN_PASSWORD_CHARS} characters or more, without your name`}>
        <input
          name="password"
          type="password"
          required
          maxLength={1_000}
          autoComplete="new-password"
          className={INPUT}
        />
      </Field>
      <Field label="The new password again">
        <input name="again" type="password" required maxLength={1_000} autoComplete="new-password" className={INPUT} />
      </Field>
      <p className="label">All your sessions end, this one, too. API tokens stay.</p>
    </FormDialog>
  )
}
