import { Problem } from '../../api/problem.js'
import { TOKEN_HEADER } from '../../api/session.js'
import type { Answer, Operation } from '../http/operation.js'
import type { Parameters } from '../http/query.js'
import { type JsonSchemas, jsonSchemasOf } from './json-schema.js'

const BAD_QUERY: Answer = {
  description: 'A parameter is unknown or has an invalid value.',
  schema: Problem,
}

/** Error responses of every change. */
const REFUSED: Readonly<Record<number, Answer>> = {
  400: {
    description: 'The body or a parameter is invalid; the message names the error.',
    schema: Problem,
  },
  403: {
    description:
      '`foreign`: the token is missing, or a page of another site sent the request; `forbidden`: the role lacks the permission.',
    schema: Problem,
  },
  413: { description: 'The body is too large.', schema: Problem },
  415: { description: 'The body is not JSON.', schema: Problem },
}

const TOKEN = {
  name: TOKEN_HEADER,
  in: 'header',
  required: true,
  description: 'The token from `/api/session`.',
  schema: { type: 'string' },
}

/** The OpenAPI 3.1 document of some operations. @param version of the package */
export function documentOf(operations: readonly Operation[]) {
  const schemas = jsonSchemasOf([
    ...operations.flatMap(({ body, answers }) => [...(body ? [body] : []), ...schemasOf(answers)]),
    ...schemasOf(REFUSED),
  ])
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quasar Zenith',
      version: '2',
      description:
        'The API of the control plane. All routes are below the mount and require access: a request without it gets 401, 404 or a ' +
        'redirect to the log-in, on every route.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to this document: correct under any mount and behind any proxy.
    servers: [{ url: '..' }],
    paths: pathsOf(operations, schemas),
    components: { schemas: schemas.named },
  }
}

function schemasOf(answers: Readonly<Record<number, Answer>>) {
  return Object.values(answers).map(({ schema }) => schema)
}

function pathsOf(operations: readonly Operation[], schemas: JsonSchemas) {
  const paths: Record<string, Record<string, ReturnType<typeof describe>>> = {}
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(operation, schemas) }
  }
  return paths
}

function describe(
  { path, method, summary, description, segments = {}, parameters, body, answers }: Operation,
  schemas: JsonSchemas,
) {
  const name = path.slice(1).replace(/[^a-z]+(\w?)/gi, (_, next: string) => next.toUpperCase())
  return {
    operationId: method === 'GET' ? name : `${name}Change`,
    summary,
    ...(description !== undefined && { description }),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: schemas.of(body) } } } }),
    parameters: [
      ...Object.entries(segments).map(describeSegment),
      ...describeParameters(parameters),
      ...(body ? [TOKEN] : []),
    ],
    responses: Object.fromEntries(
      Object.entries({ 400: BAD_QUERY, ...(body && REFUSED), ...answers }).map(([status, answer]) => [
        status,
        describeAnswer(answer, schemas),
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

function describeAnswer({ description, type = 'application/json', schema }: Answer, schemas: JsonSchemas) {
  return { description, content: { [type]: { schema: schemas.of(schema) } } }
}
