import type { Answer, Operation } from '../operation.js'
import type { Parameters } from '../query.js'
import { ref, SCHEMAS } from './components.js'

const BAD_QUERY: Answer = {
  description: 'A parameter is not known, or has a value that makes no sense.',
  schema: ref('Problem'),
}

/** The OpenAPI 3.1 document of some operations. @param version of the package */
export function documentOf(operations: readonly Operation[]) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quasar Zenith',
      version: '2',
      description:
        'What the control plane reads. All routes are below the mount and behind its gate: who is not let in gets 401, 404 or a ' +
        'redirect to the log-in, whatever the route.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to this document: right under any mount and behind any proxy.
    servers: [{ url: '..' }],
    paths: Object.fromEntries(operations.map((operation) => [operation.path, { get: describe(operation) }])),
    components: { schemas: SCHEMAS },
  }
}

function describe({ path, summary, description, segments = {}, parameters, answers }: Operation) {
  return {
    operationId: path.slice(1).replace(/[^a-z]+(\w?)/gi, (_, next: string) => next.toUpperCase()),
    summary,
    ...(description !== undefined && { description }),
    parameters: [...Object.entries(segments).map(describeSegment), ...describeParameters(parameters)],
    responses: Object.fromEntries(
      Object.entries({ 400: BAD_QUERY, ...answers }).map(([status, answer]) => [status, describeAnswer(answer)]),
    ),
  }
}

function describeSegment([name, description]: [string, string]) {
  return { name, in: 'path', required: true, description, schema: { type: 'string' } }
}

function describeParameters(parameters: Parameters) {
  return Object.entries(parameters).map(
    ([
      name,
      {
        schema: { description, ...schema },
      },
    ]) => {
      return { name, in: 'query', required: false, description, schema }
    },
  )
}

function describeAnswer({ description, type = 'application/json', schema }: Answer) {
  return { description, content: { [type]: { schema } } }
}
