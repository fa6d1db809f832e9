import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { AccountView, PeopleChanged, PeopleView, SessionListing } from '../../api/people.js'
import type {
  AccountChange,
  GroupsChange,
  RolesChange,
  SessionsChange,
  TokensChange,
  UsersChange,
} from '../../api/people-changes.js'

import { useChange } from './changes.js'
import { fetchJson } from './fetch-json.js'

/** What the pages of users and of the account ask for. */

export function usePeople(): UseQueryResult<PeopleView> {
  return useQuery({
    queryKey: ['people'],
    queryFn: (asker) => fetchJson('api/people', PeopleView, asker),
  })
}

export function usePeopleSessions(): UseQueryResult<SessionListing> {
  return useQuery({
    queryKey: ['people', 'sessions'],
    queryFn: (asker) => fetchJson('api/people/sessions', SessionListing, asker),
  })
}

export function useAccount(isAsked: boolean): UseQueryResult<AccountView> {
  return useQuery({
    queryKey: ['account'],
    enabled: isAsked,
    queryFn: (asker) => fetchJson('api/account', AccountView, asker),
  })
}

export function useUsersChange() {
  return usePeopleChange<UsersChange>('people/users')
}

export function useGroupsChange() {
  return usePeopleChange<GroupsChange>('people/groups')
}

export function useRolesChange() {
  return usePeopleChange<RolesChange>('people/roles')
}

export function useTokensChange() {
  return usePeopleChange<TokensChange>('people/tokens')
}

export function useSessionsChange() {
  return usePeopleChange<SessionsChange>('people/sessions')
}

export function useAccountChange() {
  return usePeopleChange<AccountChange>('account')
}

/** An admin may change the own user, too. */
const CHANGED = ['people', 'account', 'session']

function usePeopleChange<Body extends object>(path: string) {
  return useChange((body: Body) => ({ path: `api/${path}`, body, schema: PeopleChanged }), CHANGED)
}
