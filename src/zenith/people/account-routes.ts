import { AccountView, PeopleChanged } from '../../api/people.js'
import { AccountChange } from '../../api/people-changes.js'
import { addToken, removeToken } from '../../people/changes/tokens.js'
import { logOutEverywhere, setPassword, userOf } from '../../people/changes/users.js'
import { PeopleError } from '../../people/errors.js'
import { hashPassword, verifyPassword } from '../../people/password.js'
import { checkWithin, groupsOf, roleGrantsOf } from '../../people/rights.js'
import type { People } from '../../people/service/people.js'
import type { GuessLimit } from '../auth/guesses/limit.js'
import { tooManyWords } from '../auth/guesses/too-many.js'
import { passwordProblem } from '../auth/people/join.js'
import type { Principal } from '../http/principal.js'
import { json } from '../http/responses.js'
import { AWAY, accountOf, actOnPeople, CHANGED, change, OFF, operation, peopleOf, readably } from './operation.js'
import { tokenName } from './routes.js'
import { sessionViewOf, tokenViewOf, userViewOf } from './views.js'

const NOTHING: PeopleChanged = { id: null, link: null, token: null, ended: null }

export const account = operation({
  path: '/api/account',
  isForAll: true,
  summary: 'Get the user of the session, with its sessions and tokens',
  parameters: {},
  answers: { 200: { description: 'The user.', schema: AccountView }, 409: OFF, 503: AWAY },
  async handle({ principal, services }) {
    const all = peopleOf(services)
    const { id, session } = accountOf(principal)
    return readably(async () => {
      const [directory, found, used] = await Promise.all([all.directory(), all.sessions(id), all.used('token')])
      const user = userOf(directory, id)
      const tokens = directory.all('token').filter((token) => token.user === id)
      return json(200, {
        user: userViewOf(directory, user, await all.used('user'), all.now),
        groups: groupsOf(directory, user).map(({ name }) => name),
        grants: roleGrantsOf(directory, user),
        sessions: found
          .filter(({ expiresAt }) => expiresAt > all.now)
          .map((one) => sessionViewOf(directory, one, session)),
        tokens: tokens.map((token) => tokenViewOf(directory, token, used)),
      } satisfies AccountView)
    })
  },
})

export const changeAccount = change({
  path: '/api/account',
  isForAll: true,
  summary: 'Change the own password, end own sessions, add or remove own tokens',
  description:
    'A new password ends all sessions, this one, too. The response to `addToken` is the only one with the token; it acts for the user, with at most the user’s rights. A token can’t change the account.',
  parameters: {},
  permission: () => 'view',
  body: AccountChange,
  answers: { 200: { description: 'Done.', schema: PeopleChanged }, ...CHANGED },
  async handle({ body, principal, services }) {
    const all = peopleOf(services)
    const { id, session } = accountOf(principal)
    const act = { by: principal, action: `account ${body.action}`, queue: null }
    const target = await targetOf(all, body, principal)
    const perform = () => changeOwn(all, { body, id, session, by: principal, guesses: services.guesses })
    return json(200, await actOnPeople(services.actAtHome, { ...act, target, perform }))
  },
})

async function targetOf(all: People, body: AccountChange, { user }: Principal): Promise<string> {
  if (body.action === 'addToken') return body.name
  if (body.action === 'removeToken') return tokenName(await readably(() => all.directory()), body.id)
  return user ?? ''
}

interface OwnChange {
  readonly body: AccountChange
  readonly id: string
  /** Null for a token. */
  readonly session: string | null
  readonly by: Principal
  readonly guesses: GuessLimit
}

async function changeOwn(all: People, { body, id, session, by, guesses }: OwnChange): Promise<PeopleChanged> {
  // A token that leaks must not outlive its removal.
  if (session === null) throw new PeopleError('not_yours', 'A token can’t change the account that it belongs to.')
  switch (body.action) {
    case 'password':
      await changePassword(all, { id, guesses, address: by.address ?? '' }, body)
      return NOTHING
    case 'endSession':
      return { ...NOTHING, ended: await all.endSessions(id, { hash: body.id }) }
    case 'logOutEverywhere': {
      if (body.keepThis) return { ...NOTHING, ended: await all.endSessions(id, { except: session }) }
      const { length } = await all.sessions(id)
      await all.change((directory) => logOutEverywhere(directory, id))
      return { ...NOTHING, ended: length }
    }
    case 'addToken': {
      const { name, grants, expiresAt } = body
      const token = { name, grants, expiresAt, user: id, createdBy: by.user }
      return {
        ...NOTHING,
        ...(await all.change((directory, now) => {
          checkWithin(directory, all.policy, userOf(directory, id), grants)
          return addToken(directory, token, now)
        })),
      }
    }
    case 'removeToken':
      await all.change((directory) => {
        const isOwn = directory.get('token', body.id)?.user === id
        if (!isOwn) throw new PeopleError('unknown', 'You have no such token.')
        return removeToken(directory, body.id)
      })
      return NOTHING
  }
}

/** All sessions end: who knew the old password may have one. */
async function changePassword(
  all: People,
  { id, guesses, address }: { readonly id: string; readonly guesses: GuessLimit; readonly address: string },
  { current, password }: { readonly current: string; readonly password: string },
): Promise<void> {
  const user = userOf(await all.directory(), id)
  if (user.password === null) throw new PeopleError('not_yours', 'You log in by single sign-on: there is no password.')
  const attempt = await guesses.begin({ account: user.name, label: `"${user.name}"`, address, device: null })
  if (attempt.wait > 0) throw new PeopleError('not_yours', tooManyWords(attempt.wait))
  if (!(await verifyPassword(current, user.password)))
    throw new PeopleError('not_yours', 'The current password is wrong.')
  await attempt.succeed()
  const problem = passwordProblem(password, password, user.name)
  if (problem) throw new PeopleError('invalid', problem)
  const hash = await hashPassword(password)
  await all.change((directory) => setPassword(directory, id, hash))
}
