import type { Operation } from '../http/operation.js'
import { account, changeAccount } from './account-routes.js'
import type { PeopleServices } from './operation.js'
import { changeGroups, changeRoles, changeSessions, changeTokens, changeUsers, people, sessions } from './routes.js'

export type { PeopleServices }

export const PEOPLE_OPERATIONS: readonly Operation<PeopleServices>[] = [
  people,
  changeUsers,
  changeGroups,
  changeRoles,
  changeTokens,
  sessions,
  changeSessions,
  account,
  changeAccount,
]
