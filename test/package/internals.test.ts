import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/**
 * Private names of each framework, as the table "Private parts of others" of docs/architecture.md has them: symbols, properties,
 * methods that are replaced, keys of metadata.
 */
const PRIVATE: Record<string, readonly string[]> = {
  express: [
    '_router',
    '.router',
    'stack',
    'handle_request',
    'handleRequest',
    'handle_error',
    "'handleError'",
    "'match'",
    "'handle'",
    'regexp',
    'fast_slash',
    'fast_star',
    'keys',
    'matchers',
    'regexpMatcher',
    'slash',
    'rawPath',
    'mounted_app',
  ],
  fastify: [
    'fastify.hooks',
    'fastify.children',
    'getOwnPropertySymbols',
    '.handler',
    "'handler'",
    'context.onRequest',
    'context.errorHandler',
    'preHandler',
    'preValidation',
    'preParsing',
    'func',
    'fastify-middie-middlewares',
    'fastify-express-middlewares',
  ],
  hono: [
    'getOwnPropertySymbols',
    '__COMPOSED_HANDLER',
    'incomingKey',
    '.router',
    '.errorHandler',
    'match[0]',
    'entry[0]',
  ],
  nest: [
    'InterceptorsConsumer.prototype',
    "'intercept'",
    'GuardsConsumer.prototype',
    "'tryActivate'",
    'ExceptionsHandler',
    'StreamableFile',
    'errorHandler',
    'providers.values',
    'providers.get',
    'controllers',
    'ModuleRef',
    "'create'",
    "'load'",
    "'ScheduleExplorer'",
    "'EventSubscribersLoader'",
    'wrapFunctionInTryCatchBlocks',
    "'BullExplorer'",
    'metatype.name',
    "'handleProcessor'",
    'bullmq:processor_metadata',
    'BullQueue_',
    'qualifiedName',
    'getNextJob',
    'microservices:pattern',
    'microservices:handler_type',
    "read('message'",
    'SCHEDULER_TYPE',
    'EVENT_LISTENER_METADATA',
    'graphql:plugin',
  ],
  auto: ['hono-base', 'HonoBase', 'nest-factory', 'exceptions-handler', 'streamable-file'],
  bullmq: ['callProcessJob', 'handleCompleted', 'handleFailed', 'processJob', 'client', 'backend', 'toKey'],
}

const ROOT = 'src/integrations'

/** Without comments: they may name what is private. */
function codeOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/g, '')
}

function filesOf(framework: string): string[] {
  const files = readdirSync(join(ROOT, framework), { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('.ts')).map((file) => join(framework, file))
}

function isInternal(file: string): boolean {
  return /^\w+\/internals(\.ts|\/)/.test(file)
}

/** As a whole: `keys` is not in `monkeys`, `.router` not in `.routers`. */
function holds(code: string, name: string): boolean {
  const text = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`${/^\w/.test(name) ? '\\b' : ''}${text}${/\w$/.test(name) ? '\\b' : ''}`).test(code)
}

test.each(Object.entries(PRIVATE))('private parts of %s are touched in its internals only', (framework, names) => {
  const files = filesOf(framework)
  const internals = files.filter(isInternal).map(codeOf).join('\n')
  expect(names.filter((name) => !holds(internals, name))).toEqual([])
  const others = files.filter((file) => !isInternal(file))
  expect(others.length).toBeGreaterThan(5)
  const touched = others.flatMap((file) => {
    const code = codeOf(file)
    return names.filter((name) => holds(code, name)).map((name) => `${file}: ${name}`)
  })
  expect(touched).toEqual([])
})

test('every framework has its internals, and the table names them and no other file of it', () => {
  const [, rest = ''] = readFileSync('docs/architecture.md', 'utf8').split('\n## Private parts of others\n')
  const [section = ''] = rest.split('\n## ')
  const named = [...section.matchAll(/`src\/integrations\/(\w+)\/([^`]+)`/g)].map(([, framework, file]) => {
    return [framework, file] as const
  })
  expect([...new Set(named.map(([framework]) => framework))].sort()).toEqual(Object.keys(PRIVATE).sort())
  for (const framework of Object.keys(PRIVATE)) {
    const files = new Set(named.filter(([of]) => of === framework).map(([, file]) => file))
    expect([framework, files.size]).toEqual([framework, 1])
    expect([...files][0]).toMatch(/^internals(\.ts)?$/)
  }
  expect(section).not.toContain('not said')
})
