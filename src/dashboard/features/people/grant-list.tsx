import type { ClusterInfo } from '../../../api/clusters.js'
import type { RoleGrant } from '../../../api/people.js'
import { useClusterInfos } from '../../api/clusters.js'
import { nameOfCluster, placeText } from './grants.js'

/** Roles, and where each applies. */
export function GrantList({ grants, none }: { grants: readonly RoleGrant[]; none: string }) {
  const infos = useClusterInfos()
  if (grants.length === 0) return <p className="label">{none}</p>
  return (
    <ul className="flex flex-col gap-0.5 text-[0.8125rem]">
      {grants.map((grant) => (
        <li key={JSON.stringify(grant)} className="break-words">
          <b className="font-semibold">{grant.role}</b> <span className="text-soft">{placeIn(infos, grant)}</span>
        </li>
      ))}
    </ul>
  )
}

/** The same on one line. @param infos clusters whose names are known */
export function grantsText(grants: readonly RoleGrant[], infos: readonly ClusterInfo[] = []): string {
  return grants.map((grant) => `${grant.role} ${placeIn(infos, grant)}`).join('; ')
}

function placeIn(infos: readonly ClusterInfo[], { cluster, queues }: RoleGrant): string {
  return placeText({ cluster: nameOfCluster(infos, cluster), queues })
}
