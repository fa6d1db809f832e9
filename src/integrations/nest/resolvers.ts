import { traceOf } from '../../core/find-trace.js'
import { noteError } from '../graphql/operations.js'

/** What graphql-js gives a resolver: its parent's value, its arguments, the context of the request, and where it is. */
type ResolverArgs = readonly unknown[]

/** Notes what a resolver throws where it does: not every driver tells of it afterwards as it was. */
export function noteResolver(args: ResolverArgs, error: unknown): void {
  const path = pathOf(args)
  if (path !== null && typeof error === 'object' && error !== null) noteError(traceOf(args[2]), null, error, path)
}

/** Who is not let in is answered by a client error. */
export function noteGuard(args: ResolverArgs, may: boolean): void {
  const path = may ? null : pathOf(args)
  if (path !== null) traceOf(args[2])?.passPart(path)
}

interface Path {
  readonly prev?: Path
  readonly key: string | number
}

function pathOf(args: ResolverArgs): string | null {
  const { path } = (args[3] ?? {}) as { path?: Path }
  const keys: (string | number)[] = []
  for (let place = path; place; place = place.prev) keys.unshift(place.key)
  return keys.length > 0 ? keys.join('.') : null
}
