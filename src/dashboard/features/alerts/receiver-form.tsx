import { useState } from 'react'
import { RECEIVER_KINDS, type ReceiverKind, type ReceiverListing, type ReceiverView } from '../../../api/alerts.js'
import type { ReceiverInput } from '../../../api/changes.js'
import { useReceiversChange } from '../../api/alerts-api.js'
import { Field, INPUT } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'
import type { AlertPartProps } from './alert-part.js'
import { slug } from './rule-draft.js'
import { RECEIVER_NAMES } from './words.js'

interface KindFields {
  /** What the address is called, an example, and where it comes from. */
  readonly address: readonly [label: string, example: string, hint: string]
  /** What the secret is called, what it does, and what none means; null where there is none. */
  readonly secret: readonly [label: string, hint: string, empty: string | null] | null
}

const FIELDS: Readonly<Record<ReceiverKind, KindFields>> = {
  slack: {
    address: ['URL', 'https://hooks.slack.com/services/…', 'of an incoming webhook of Slack'],
    secret: null,
  },
  discord: {
    address: ['URL', 'https://discord.com/api/webhooks/…', 'of a webhook of the channel'],
    secret: null,
  },
  teams: {
    address: ['URL', 'https://….logic.azure.com/workflows/…', 'of a workflow that posts to a channel'],
    secret: null,
  },
  webhook: {
    address: ['URL', 'https://example.com/alerts', 'each message is a POST with JSON'],
    secret: ['Key', 'messages are signed with it (HMAC)', 'empty: unsigned'],
  },
  email: {
    address: ['Addresses', 'ops@example.com, ada@example.com', 'separated by commas'],
    secret: null,
  },
  pagerduty: {
    address: ['URL', 'https://events.pagerduty.com/v2/enqueue', 'empty: PagerDuty; others take its events, too'],
    secret: ['Routing key', 'integration key of the service', null],
  },
  heartbeat: {
    address: ['URL', 'https://hc-ping.com/…', 'it is asked every minute while rules are evaluated'],
    secret: null,
  },
}

const STORED = 'stored; enter to replace'

interface ReceiverFormProps extends Pick<AlertPartProps, 'say'> {
  /** Null for a new one. */
  before: ReceiverView | null
  listing: ReceiverListing
  onClose: () => void
}

/** Makes or edits a receiver. What it is sent to is never shown again. */
export function ReceiverForm({ before, listing, say, onClose }: ReceiverFormProps) {
  const change = useReceiversChange()
  const [kind, setKind] = useState<ReceiverKind>(before?.kind ?? 'slack')
  const [problem, setProblem] = useState<Error | null>(null)
  const submit = (fields: FormData) => {
    const receiver = receiverOf(fields, kind, before)
    const isTaken = before === null && listing.items.some(({ id }) => id === receiver.id)
    setProblem(isTaken ? new Error(`There is a receiver ${receiver.id} already: choose another name.`) : null)
    if (isTaken) return
    const done = () => {
      say({ isGood: true, text: `${receiver.name} is saved. Test it to see what it answers.` })
      onClose()
    }
    change.mutate({ action: 'save', receiver }, { onSuccess: done })
  }
  return (
    <FormDialog
      title={before ? `Edit ${before.name}` : 'New receiver'}
      confirm={before ? 'Save' : 'Add receiver'}
      isBusy={change.isPending}
      error={problem ?? change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Kind" hint={kind === 'email' && !listing.canMail && <span className="text-warn">{NO_MAIL}</span>}>
          <select className={INPUT} value={kind} onChange={(event) => setKind(event.target.value as ReceiverKind)}>
            {RECEIVER_KINDS.map((one) => (
              <option key={one} value={one}>
                {RECEIVER_NAMES[one]}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Name">
          <input
            name="name"
            required
            maxLength={100}
            autoComplete="off"
            defaultValue={before?.name}
            className={INPUT}
          />
        </Field>
      </div>
      <Secrets key={kind} kind={kind} before={before?.kind === kind ? before : null} />
      <div className="grid gap-3 sm:grid-cols-2">
        {kind !== 'heartbeat' && (
          <Field label="Takes">
            <select name="severity" className={INPUT} defaultValue={before?.severity ?? 'info'}>
              <option value="info">all severities</option>
              <option value="warning">warning and critical</option>
              <option value="critical">critical only</option>
            </select>
          </Field>
        )}
        <label className="inline-flex items-center gap-2 self-end pb-2 text-[0.8125rem]">
          <input
            type="checkbox"
            name="enabled"
            defaultChecked={before?.enabled ?? true}
            className="size-4 accent-accent"
          />
          Messages are sent to it
        </label>
      </div>
    </FormDialog>
  )
}

const NO_MAIL = 'Zenith has no mail server yet: set its option alerts.smtp.'

/** @param before as it is stored, of the same kind; null for none */
function Secrets({ kind, before }: { kind: ReceiverKind; before: ReceiverView | null }) {
  const {
    address: [label, example, hint],
    secret,
  } = FIELDS[kind]
  return (
    <>
      <Field label={label} hint={joined(hint, before && (before.hasSecret ? `${STORED}, with the secret` : STORED))}>
        <input
          name="address"
          required={before === null && kind !== 'pagerduty'}
          maxLength={2_000}
          autoComplete="off"
          spellCheck={false}
          placeholder={before ? (before.place ? `${before.place} …` : '') : example}
          className={`${INPUT} font-mono text-xs`}
        />
      </Field>
      {secret && (
        <Field label={secret[0]} hint={joined(secret[1], before?.hasSecret ? STORED : secret[2])}>
          <input
            name="secret"
            type="password"
            required={kind === 'pagerduty' && !before?.hasSecret}
            maxLength={500}
            autoComplete="new-password"
            placeholder={before?.hasSecret ? '••••••••' : ''}
            className={INPUT}
          />
        </Field>
      )}
      {secret?.[2] && before?.hasSecret && (
        <label className="inline-flex items-center gap-2 text-[0.8125rem]">
          <input type="checkbox" name="unsigned" className="size-4 accent-accent" />
          Remove the key: messages are no longer signed
        </label>
      )}
    </>
  )
}

function joined(...parts: readonly (string | null | undefined | false)[]): string {
  return parts.filter(Boolean).join('; ')
}

/** What is empty stays as it is stored. */
function receiverOf(fields: FormData, kind: ReceiverKind, before: ReceiverView | null): ReceiverInput {
  const text = (name: string) => String(fields.get(name) ?? '').trim()
  const severity = text('severity')
  return {
    id: before?.id ?? (slug(text('name')) || kind),
    name: text('name'),
    kind,
    enabled: fields.get('enabled') === 'on',
    severity: severity === 'warning' || severity === 'critical' ? severity : 'info',
    ...(text('address') && { address: text('address') }),
    ...((text('secret') || text('unsigned')) && { secret: text('secret') }),
  }
}
