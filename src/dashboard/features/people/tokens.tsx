import { useState } from 'react'
import type { TokenView } from '../../../api/people.js'
import { useTokensChange } from '../../api/people-api.js'
import { grantsText } from './grant-list.js'
import { PartList } from './part-list.js'
import type { PeoplePartProps } from './people-part.js'
import { tokenSecret } from './secret-dialog.js'
import { TokenForm } from './token-form.js'
import { RemoveTokenDialog, TokenRow } from './token-row.js'

/** API tokens of all users, and those that act for themselves. */
export function Tokens({ people, matches, say, show }: PeoplePartProps) {
  const [isAdding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<TokenView | null>(null)
  const change = useTokensChange()
  const remove = useTokensChange()
  const shown = people.tokens.filter(({ name, start, user, createdBy, grants }) =>
    matches([name, start, user, createdBy, grantsText(grants)]),
  )
  const removed = ({ name }: TokenView) => {
    say({ isGood: true, text: `The token ${name} is removed` })
    setRemoving(null)
  }
  return (
    <div className="flex flex-col gap-3">
      <PartList
        label="Tokens"
        what="token"
        items={people.tokens}
        shown={shown}
        add="New token"
        onAdd={() => {
          change.reset()
          setAdding(true)
        }}
        empty={[
          'No token',
          'Programs use the API with a token, such as Prometheus or a script in CI. Users add tokens of their own in their account.',
        ]}
        rowOf={(token) => (
          <TokenRow
            key={token.id}
            token={token}
            hasOwner
            onRemove={() => {
              remove.reset()
              setRemoving(token)
            }}
          />
        )}
      />
      {isAdding && (
        <TokenForm
          roles={people.roles.map(({ name }) => name)}
          clusters={people.clusters}
          before={[]}
          isBusy={change.isPending}
          error={change.error}
          onAdd={(token) =>
            change.mutate(
              { action: 'add', ...token },
              {
                onSuccess: ({ token: text }) => {
                  setAdding(false)
                  if (text) show(tokenSecret(token.name, text))
                },
              },
            )
          }
          onClose={() => setAdding(false)}
        />
      )}
      {removing && (
        <RemoveTokenDialog
          token={removing}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ action: 'remove', id: removing.id }, { onSuccess: () => removed(removing) })}
          onClose={() => setRemoving(null)}
        />
      )}
    </div>
  )
}
