import type { ClusterInfo } from '../../../api/clusters.js'
import type { RoleGrant } from '../../../api/people.js'

/** A grant as it is typed. */
export interface GrantDraft {
  /** Distinguishes it from the others of its editor. */
  readonly key: number
  readonly role: string
  readonly cluster: string
  readonly isForAll: boolean
  /** Patterns, separated by commas. */
  readonly queues: string
}

let lastKey = 0

export function newDraft(): GrantDraft {
  return draftOf({ role: 'viewer', cluster: '*', queues: null })
}

export function draftOf({ role, cluster, queues }: RoleGrant): GrantDraft {
  lastKey += 1
  return { key: lastKey, role, cluster, isForAll: queues === null, queues: (queues ?? []).map(escapeComma).join(', ') }
}

export function grantOf({ role, cluster, isForAll, queues }: GrantDraft): RoleGrant {
  return { role, cluster, queues: isForAll ? null : patternsOf(queues) }
}

/** Names may have commas: then they have a backslash before each. */
function escapeComma(pattern: string): string {
  return pattern.replaceAll(',', '\\,')
}

function patternsOf(text: string): readonly string[] {
  return text
    .split(/(?<!\\),/)
    .map((pattern) => pattern.replaceAll('\\,', ',').trim())
    .filter(Boolean)
}

/** Its id, where the name is unknown. @param known clusters that the reader may see */
export function nameOfCluster(known: readonly ClusterInfo[], id: string): string {
  return known.find((one) => one.id === id)?.name ?? id
}

/** Where a role applies: `everywhere`, `for mail*, orders in eu`. @param cluster its name, or `*` */
export function placeText({ cluster, queues }: Pick<RoleGrant, 'cluster' | 'queues'>): string {
  if (queues === null) return cluster === '*' ? 'everywhere' : `in ${cluster}`
  return `for ${queues.join(', ')}${cluster === '*' ? '' : ` in ${cluster}`}`
}
