import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { RoleGrant, TokenView } from '../../../api/people.js'
import { ROLES } from '../../../api/permissions.js'
import { useClusterInfos } from '../../api/clusters.js'
import { useAccountChange } from '../../api/people-api.js'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { plural } from '../../ui/format.js'
import { Section } from '../../ui/section.js'
import { type Secret, SecretDialog, tokenSecret } from '../people/secret-dialog.js'
import { type NewToken, TokenForm } from '../people/token-form.js'
import { RemoveTokenDialog, TokenRow } from '../people/token-row.js'
import type { OwnPartProps } from './own-part.js'

/** Tokens that act for the user. */
export function OwnTokens({ account: { tokens, grants }, say }: OwnPartProps) {
  const [isAdding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<TokenView | null>(null)
  const [secret, setSecret] = useState<Secret | null>(null)
  return (
    <Section title="API tokens" aside={plural(tokens.length, 'token')}>
      <div className="flex flex-col gap-3">
        {grants.length > 0 && (
          <div>
            <Button onClick={() => setAdding(true)}>
              <Plus className="size-3.5" aria-hidden="true" />
              New token
            </Button>
          </div>
        )}
        {tokens.length > 0 ? (
          <ul className="panel overflow-hidden" aria-label="Your tokens">
            {tokens.map((token) => (
              <TokenRow key={token.id} token={token} hasOwner={false} onRemove={() => setRemoving(token)} />
            ))}
          </ul>
        ) : (
          <div className="panel px-4 py-10">
            <EmptyState title="No token">
              With a token, programs use the API for you, with at most your rights.
            </EmptyState>
          </div>
        )}
      </div>
      {isAdding && (
        <AddOwn
          grants={grants}
          show={(one) => {
            setAdding(false)
            setSecret(one)
          }}
          onClose={() => setAdding(false)}
        />
      )}
      {removing && <RemoveOwn token={removing} say={say} onClose={() => setRemoving(null)} />}
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </Section>
  )
}

interface AddOwnProps {
  /** Of the user. */
  grants: readonly RoleGrant[]
  show: (secret: Secret) => void
  onClose: () => void
}

function AddOwn({ grants, show, onClose }: AddOwnProps) {
  const change = useAccountChange()
  const seen = useClusterInfos().map(({ id }) => id)
  const add = (token: NewToken) =>
    change.mutate(
      { action: 'addToken', ...token },
      { onSuccess: ({ token: text }) => (text ? show(tokenSecret(token.name, text)) : onClose()) },
    )
  const named = grants.map(({ cluster }) => cluster).filter((cluster) => cluster !== '*')
  return (
    <TokenForm
      roles={[...new Set([...ROLES, ...grants.map(({ role }) => role)])]}
      clusters={[...new Set([...seen, ...named])]}
      before={grants}
      isBusy={change.isPending}
      error={change.error}
      onAdd={add}
      onClose={onClose}
    />
  )
}

interface RemoveOwnProps extends Pick<OwnPartProps, 'say'> {
  token: TokenView
  onClose: () => void
}

function RemoveOwn({ token, say, onClose }: RemoveOwnProps) {
  const change = useAccountChange()
  const done = () => {
    say({ isGood: true, text: `The token ${token.name} is removed` })
    onClose()
  }
  return (
    <RemoveTokenDialog
      token={token}
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ action: 'removeToken', id: token.id }, { onSuccess: done })}
      onClose={onClose}
    />
  )
}
