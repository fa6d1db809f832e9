import { TOKEN_HEADER } from '../change-tokens.js'
import type { Answer, Operation } from '../operation.js'
import type { Parameters } from '../query.js'
import { ref, SCHEMAS } from './components.js'

const BAD_QUERY: Answer = {
  description: 'A parameter is not known, or has a value that makes no sense.',
  schema: ref('Problem'),
}

/** What every change answers when it is not taken. */
const REFUSED: Readonly<Record<number, Answer>> = {
  400: {
    description: 'The body, or a parameter, makes no sense; the message names what is wrong.',
    schema: ref('Problem'),
  },
  403: {
    description: '`foreign`: without the token, or sent by another site’s page; `forbidden`: the role may not.',
    schema: ref('Problem'),
  },
  413: { description: 'The body is too large.', schema: ref('Problem') },
  415: { description: 'The body is no JSON.', schema: ref('Problem') },
}

const TOKEN = {
  name: TOKEN_HEADER,
  in: 'header',
  required: true,
  description: 'The token of `/api/session`.',
  schema: { type: 'string' },
}

/** The OpenAPI 3.1 document of some operations. @param version of the package */
export function documentOf(operations: readonly Operation[]) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quasar Zenith',
      version: '2',
      description:
        'What the control plane reads, and what can be done by it. All routes are below the mount and behind its gate: who is not let in gets 401, 404 or a ' +
        'redirect to the log-in, whatever the route.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to this document: right under any mount and behind any proxy.
    servers: [{ url: '..' }],
    paths: pathsOf(operations),
    components: { schemas: SCHEMAS },
  }
}

function pathsOf(operations: readonly Operation[]) {
  const paths: Record<string, Record<string, ReturnType<typeof describe>>> = {}
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(operation) }
  }
  return paths
}

function describe({ path, method, summary, description, segments = {}, parameters, body, answers }: Operation) {
  const name = path.slice(1).replace(/[^a-z]+(\w?)/gi, (_, next: string) => next.toUpperCase())
  return {
    operationId: method === 'GET' ? name : `${name}Change`,
    summary,
    ...(description !== undefined && { description }),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body.schema } } } }),
    parameters: [
      ...Object.entries(segments).map(describeSegment),
      ...describeParameters(parameters),
      ...(body ? [TOKEN] : []),
    ],
    responses: Object.fromEntries(
      Object.entries({ 400: BAD_QUERY, ...(body && REFUSED), ...answers }).map(([status, answer]) => [
        status,
        describeAnswer(answer),
      ]),
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
        isRequired = false,
      },
    ]) => {
      return { name, in: 'query', required: isRequired, description, schema }
    },
  )
}

function describeAnswer({ description, type = 'application/json', schema }: Answer) {
  return { description, content: { [type]: { schema } } }
}
