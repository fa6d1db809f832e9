import type { Role } from './auth/roles.js'
import type { JsonSchema } from './openapi/schema.js'
import { type Parameters, readQuery, type Values } from './query.js'
import { json } from './responses.js'
import type { Asked } from './routes.js'

/** What an operation answers with one status. */
export interface Answer {
  readonly description: string
  /** @default application/json */
  readonly type?: string
  readonly schema: JsonSchema
}

/** One route of the API, and all that its documentation says. */
export interface OperationSpec<P extends Parameters> {
  /** Below the mount; `{name}` stands for a segment. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  /** The least role that may. @default viewer */
  readonly needs?: Role
  readonly parameters: P
  /** What the segments of the path are. */
  readonly segments?: Readonly<Record<string, string>>
  /** By status; 400 goes without saying. */
  readonly answers: Readonly<Record<number, Answer>>
  readonly handle: (question: Question<P>) => Response | Promise<Response>
}

export interface Question<P extends Parameters> extends Asked {
  /** Checked. */
  readonly query: Values<P>
  /** Of the path, decoded. */
  readonly segments: Readonly<Record<string, string>>
}

export interface Operation extends Omit<OperationSpec<Parameters>, 'handle'> {
  /** Null when the path is not this operation's. */
  readonly match: (path: string) => Readonly<Record<string, string>> | null
  /** Checks the query and answers. */
  readonly answer: (asked: Asked, segments: Readonly<Record<string, string>>) => Response | Promise<Response>
}

export function operation<P extends Parameters>(spec: OperationSpec<P>): Operation {
  const { handle, ...rest } = spec
  const pattern = new RegExp(`^${spec.path.replace(/[.]/g, '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
  return {
    ...rest,
    match(path) {
      const found = pattern.exec(path)
      return found && decodeAll(found.groups ?? {})
    },
    answer(asked, segments) {
      const query = readQuery(spec.parameters, asked.url)
      if (typeof query === 'string') return json(400, { error: { code: 'bad_query', message: query } })
      return handle({ ...asked, query, segments })
    },
  }
}

/** A segment that is no proper percent-encoding names nothing. */
function decodeAll(segments: Readonly<Record<string, string>>): Record<string, string> | null {
  try {
    return Object.fromEntries(Object.entries(segments).map(([name, value]) => [name, decodeURIComponent(value)]))
  } catch {
    return null
  }
}
