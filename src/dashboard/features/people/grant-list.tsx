import type { RoleGrant } from '../../../api/people.js'
import { placeText } from './grants.js'

/** Roles, and where each applies. */
export function GrantList({ grants, none }: { grants: readonly RoleGrant[]; none: string }) {
  if (grants.length === 0) return <p className="label">{none}</p>
  return (
    <ul className="flex flex-col gap-0.5 text-[0.8125rem]">
      {grants.map((grant) => (
        <li key={JSON.stringify(grant)} className="break-words">
          <b className="font-semibold">{grant.role}</b> <span className="text-soft">{placeText(grant)}</span>
        </li>
      ))}
    </ul>
  )
}

/** The same on one line. */
export function grantsText(grants: readonly RoleGrant[]): string {
  return grants.map((grant) => `${grant.role} ${placeText(grant)}`).join('; ')
}
