import type { BulkOperation } from '../../../api/bulk.js'
import { bulkConfirmation, type ConfirmedPermission, isConfirmed } from '../../../api/safety.js'
import { useSession } from '../../api/session.js'
import type { Wanted } from '../../ui/typed-word.js'

/** What has to be typed before jobs of a queue are removed; null where nothing has. @param jobs how many it may remove */
export function useConfirmation(
  permission: ConfirmedPermission,
  queue: string,
  jobs = Number.POSITIVE_INFINITY,
): Wanted | null {
  const environment = useSession()?.environment ?? null
  return isConfirmed(environment, permission, jobs) ? { what: 'the queue’s name', word: queue } : null
}

/** The same for a bulk operation. @param of the queue's name, if it is one */
export function useBulkConfirmation(operation: BulkOperation | undefined, of: string): Wanted | null {
  const { action, eligible = 0, selection } = operation ?? {}
  const queues = [...new Set(selection?.queues)]
  const isOne = queues.length === 1
  const word = bulkConfirmation(isOne ? [of] : queues, eligible)
  const wanted = useConfirmation('queue.remove', word, eligible)
  if (action !== 'remove' || wanted === null) return null
  return isOne ? wanted : { what: 'what it does', word }
}

/** The field of a request whose sender typed it. */
export function confirmedBy(wanted: Wanted | null): { confirm?: string } {
  return wanted === null ? {} : { confirm: wanted.word }
}
