import { MAX_GROUPS } from '../../api/people.js'
import type { Directory, Group } from '../directory.js'
import { PeopleError } from '../errors.js'
import { checkName, nameKey } from '../names.js'
import { drop, type GroupRecord, put } from '../records.js'
import { newId } from '../secrets.js'
import { checkGrants } from './grants.js'
import type { Change } from './users.js'

/** @param id null for a new one */
export function saveGroup(directory: Directory, id: string | null, group: GroupRecord): Change<string> {
  if (id !== null) groupOf(directory, id)
  else if (directory.count('group') >= MAX_GROUPS)
    throw new PeopleError('limit', `There are ${MAX_GROUPS} groups already.`)
  checkName('group', group.name)
  const other = directory.all('group').find(({ name }) => nameKey(name) === nameKey(group.name))
  if (other && other.id !== id) throw new PeopleError('taken', `There is a group "${other.name}" already.`)
  checkGrants(directory, group.grants)
  const saved = id ?? newId()
  return { records: [put('group', saved, group)], result: saved }
}

export function removeGroup(directory: Directory, id: string): Change {
  groupOf(directory, id)
  const members = directory.all('user').filter(({ groups }) => groups.includes(id))
  const left = members.map(({ id: user, ...record }) =>
    put('user', user, { ...record, groups: record.groups.filter((one) => one !== id) }),
  )
  return { records: [drop('group', id), ...left], result: undefined }
}

function groupOf(directory: Directory, id: string): Group {
  const group = directory.get('group', id)
  if (!group) throw new PeopleError('unknown', 'There is no such group.')
  return group
}
