import type { BulkOperation } from '../../api/bulk.js'
import { ApiError } from '../http/api-error.js'
import type { BulkServices } from '../queues/bulk/routes.js'
import type { Sight } from './sight.js'

type Bulk = BulkServices['bulk']

/** Bulk operations of which all queues are in sight. */
export function bulkIn(all: Bulk, sight: Sight): Bulk {
  const isSeen = ({ selection }: BulkOperation) => selection.queues.every((key) => sight.seesKey(key))

  async function get(id: string): Promise<BulkOperation> {
    const found = await all.get(id)
    if (isSeen(found)) return found
    throw new ApiError('not_found', 'There is no such operation, or it was too long ago.')
  }

  /** @returns the same for a call by id */
  function onSeen<A extends readonly unknown[], R>(call: (id: string, ...rest: A) => Promise<R>) {
    return async (id: string, ...rest: A): Promise<R> => {
      await get(id)
      return call(id, ...rest)
    }
  }

  return {
    get,
    async list() {
      const { operations, leftOut } = await all.list()
      return { operations: operations.filter(isSeen), leftOut }
    },
    results: onSeen((id, ok: boolean | null, offset: number, limit: number) => all.results(id, ok, offset, limit)),
    create: (...plan) => all.create(...plan),
    start: (by, id) => onSeen(() => all.start(by, id))(id),
    resume: (by, id) => onSeen(() => all.resume(by, id))(id),
    cancel: (by, id) => onSeen(() => all.cancel(by, id))(id),
  }
}
