import { exceptionGroupIdentity } from '../../../api/identity.js'
import { useExceptionGroups } from '../../api/monitoring-api.js'
import { count } from '../../ui/format.js'
import { LINK_BUTTON } from '../../ui/link-style.js'
import { PageLink } from '../../ui/page-link.js'
import { ALL_EXCEPTIONS } from '../exceptions/exceptions.js'

/** How many are shown: one error may have several origins. */
const MOST = 3

/** The way to the exceptions that services reported of the same failure, in the last hour. */
export function SameExceptions({ fingerprint }: { fingerprint: string }) {
  const { data } = useExceptionGroups({ service: '', range: null })
  const same = data?.items.filter(({ failure }) => failure === fingerprint) ?? []
  return same.slice(0, MOST).map((group) => (
    <PageLink
      key={exceptionGroupIdentity(group)}
      to={{ ...ALL_EXCEPTIONS, page: 'exceptions', service: group.service, fingerprint: group.fingerprint }}
      className={LINK_BUTTON}
    >
      {group.name} in {group.service}, {count(group.count)}×
    </PageLink>
  ))
}
