import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = process.cwd()
const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')

const forbidden: [file: string, specifier: string][] = [
  ['lib/x.ts', '../protocol/index.js'],
  ['lib/x.ts', '../ports/index.js'],
  ['lib/x.ts', '../core/recorder.js'],
  ['lib/x.ts', 'ioredis'],
  ['protocol/x.ts', '../ports/index.js'],
  ['protocol/x.ts', '../core/recorder.js'],
  ['protocol/x.ts', 'node:fs'],
  ['protocol/x.ts', 'zod'],
  ['api/x.ts', '../ports/index.js'],
  ['api/x.ts', '../zenith/index.js'],
  ['ports/index.ts', '../core/recorder.js'],
  ['ports/index.ts', 'ioredis'],
  ['ports/x.ts', '../core/recorder.js'],
  ['redis/x.ts', '../protocol/index.js'],
  ['redis/x.ts', '../stores/redis/index.js'],
  ['sql/postgres/x.ts', '../../archive/postgres/index.js'],
  ['sql/sqlite/x.ts', '../../people/sqlite/store.js'],
  ['sql/thread/x.ts', '../../protocol/index.js'],
  ['sql/thread/x.ts', '../../stores/redis/index.js'],
  ['people/sqlite/x.ts', '../../archive/sqlite/driver.js'],
  ['people/postgres/x.ts', '../../core/recorder.js'],
  ['people/postgres/x.ts', '../../zenith/index.js'],
  ['archive/sqlite/x.ts', '../../people/sqlite/store.js'],
  ['core/x.ts', '../sql/sqlite/database.js'],
  ['stores/x.ts', '../sql/postgres/database.js'],
  ['zenith/auth/x.ts', '../../sql/postgres/database.js'],
  ['redaction/x.ts', '../core/recorder.js'],
  ['tracing/x.ts', '../protocol/index.js'],
  ['tracing/x.ts', '@opentelemetry/api'],
  ['redaction/x.ts', '../ports/index.js'],
  ['signing/x.ts', '../ports/index.js'],
  ['signing/x.ts', '../stores/redis/index.js'],
  ['signing/x.ts', '../core/recorder.js'],
  ['zenith/x.ts', '../signing/verifier.js'],
  ['zenith/fleet/x.ts', '../../signing/verifier.js'],
  ['zenith/fleet/services/x.ts', '../../../signing/verifier.js'],
  ['dashboard/x.ts', '../signing/tokens.js'],
  ['archive/postgres/x.ts', '../../core/recorder.js'],
  ['archive/postgres/x.ts', '../../archiver/index.js'],
  ['archive/postgres/x.ts', '../../search/index.js'],
  ['archive/postgres/x.ts', '../../stores/redis/index.js'],
  ['core/x.ts', '../stores/redis/index.js'],
  ['core/x.ts', '../api/permissions.js'],
  ['stores/x.ts', '../api/permissions.js'],
  ['queues/x.ts', '../api/permissions.js'],
  ['dashboard/x.ts', '../lib/async.js'],
  ['core/x.ts', '../redis/send.js'],
  ['zenith/x.ts', '../redis/send.js'],
  ['core/x.ts', '../queues/bullmq/index.js'],
  ['core/x.ts', '../zenith/index.js'],
  ['core/x.ts', '../integrations/express/index.js'],
  ['core/x.ts', '../runtime/start-quasar.js'],
  ['core/x.ts', '../index.js'],
  ['core/x.ts', 'ioredis'],
  ['core/x.ts', 'express'],
  ['core/probes/x.ts', '../../stores/redis/index.js'],
  ['core/probes/x.ts', '../../index.js'],
  ['stores/x.ts', '../core/recorder.js'],
  ['stores/x.ts', '../runtime/start-quasar.js'],
  ['stores/x.ts', 'bullmq'],
  ['search/x.ts', '../core/recorder.js'],
  ['search/x.ts', '../queues/shared/texts.js'],
  ['search/x.ts', '../archiver/prepare/preparer.js'],
  ['search/x.ts', 'node:crypto'],
  ['archiver/prepare/x.ts', '../../core/recorder.js'],
  ['archiver/prepare/x.ts', '../../stores/redis/index.js'],
  ['archiver/x.ts', '../zenith/index.js'],
  ['core/x.ts', '../search/terms.js'],
  ['stores/x.ts', '../archiver/prepare/preparer.js'],
  ['queues/x.ts', '../search/terms.js'],
  ['queues/x.ts', '../core/recorder.js'],
  ['queues/x.ts', '../stores/redis/index.js'],
  ['zenith/x.ts', '../core/recorder.js'],
  ['zenith/fleet/routes/x.ts', '../../../stores/memory/index.js'],
  ['zenith/x.ts', '../queues/bullmq/index.js'],
  ['zenith/fleet/x.ts', '../../queues/bullmq/index.js'],
  ['zenith/queues/bulk/x.ts', '../../../queues/bullmq/index.js'],
  ['zenith/http/x.ts', '../fleet/monitor-service.js'],
  ['zenith/http/x.ts', '../operations.js'],
  ['zenith/http/x.ts', '../../ports/index.js'],
  ['zenith/http/x.ts', '../../core/recorder.js'],
  ['zenith/x.ts', 'hono'],
  ['zenith/x.ts', 'ioredis'],
  ['runtime/start-quasar.ts', '../integrations/express/index.js'],
  ['runtime/start-quasar.ts', './create-zenith.js'],
  ['runtime/start-quasar.ts', '../zenith/index.js'],
  ['runtime/shared-memory.ts', '../integrations/hono/index.js'],
  ['runtime/shared-queues.ts', '../integrations/bullmq/index.js'],
  ['runtime/create-zenith.ts', './start-quasar.js'],
  ['runtime/create-zenith.ts', '../integrations/nest/index.js'],
  ['stores/x.ts', '../runtime/shared-memory.js'],
  ['core/x.ts', '../runtime/shared-queues.js'],
  ['zenith/x.ts', '../runtime/shared-queues.js'],
  ['zenith/x.ts', '../runtime/create-zenith.js'],
  ['runtime/start-quasar.ts', '../index.js'],
  ['index.ts', './integrations/nest/index.js'],
  ['index.ts', 'bullmq'],
  ['integrations/express/x.ts', 'fastify'],
  ['integrations/express/x.ts', '../fastify/index.js'],
  ['integrations/express/x.ts', '../../stores/redis/index.js'],
  ['integrations/express/x.ts', '../../index.js'],
  ['integrations/fastify/x.ts', '@nestjs/common'],
  ['integrations/hono/x.ts', 'express'],
  ['integrations/nest/x.ts', 'bullmq'],
  ['integrations/nest/x.ts', '../hono/index.js'],
  ['integrations/nest/x.ts', '../express/index.js'],
  ['integrations/bullmq/x.ts', 'ioredis'],
  ['integrations/graphql/x.ts', '../fastify/index.js'],
  ['index.ts', './runtime/create-zenith.js'],
  ['runtime/open-redis.ts', './create-zenith.js'],
  ['runtime/open-control-store.ts', '../cli/bin.js'],
  ['runtime/zenith-options.ts', '../integrations/nest/index.js'],
  ['cli/x.ts', '../stores/redis/index.js'],
  ['cli/commands/x.ts', '../../zenith/http/loopback.js'],
  ['cli/x.ts', '../integrations/express/index.js'],
  ['cli/x.ts', 'ioredis'],
  ['dashboard/x.ts', '../core/recorder.js'],
  ['dashboard/app/x.ts', '../../zenith/monitor.js'],
  ['dashboard/x.ts', '../queues/bullmq/index.js'],
  ['dashboard/ui/x.ts', '../../queues/bullmq/index.js'],
  ['dashboard/features/jobs/x.ts', '../../../queues/bullmq/index.js'],
  ['dashboard/features/jobs/x.ts', '../../app/navigation.js'],
  ['dashboard/ui/x.ts', '../features/jobs/job-page.js'],
  ['dashboard/api/x.ts', '../ui/format.js'],
  ['dashboard/routing/x.ts', '../features/jobs/job-page.js'],
  ['dashboard/x.ts', '../redaction/secrets.js'],
  ['dashboard/x.ts', '../ports/index.js'],
  ['dashboard/x.ts', 'node:fs'],
]

const allowed: [file: string, specifier: string][] = [
  ['protocol/x.ts', './keys.js'],
  ['protocol/x.ts', '../lib/errors.js'],
  ['api/x.ts', '../protocol/queues.js'],
  ['zenith/x.ts', '../api/permissions.js'],
  ['dashboard/x.ts', '../api/permissions.js'],
  ['ports/index.ts', '../protocol/index.js'],
  ['ports/x.ts', '../protocol/index.js'],
  ['ports/index.ts', './commands.js'],
  ['redis/x.ts', 'ioredis'],
  ['redis/x.ts', './client.js'],
  ['stores/redis/x.ts', '../../redis/send.js'],
  ['sql/postgres/x.ts', '../../lib/errors.js'],
  ['sql/postgres/x.ts', './errors.js'],
  ['sql/postgres/x.ts', 'pg'],
  ['sql/sqlite/x.ts', 'libsql'],
  ['sql/thread/x.ts', '../../ports/index.js'],
  ['archive/postgres/x.ts', '../../sql/postgres/database.js'],
  ['archive/thread/x.ts', '../../sql/thread/serve.js'],
  ['people/postgres/x.ts', '../../sql/postgres/database.js'],
  ['people/sqlite/x.ts', '../../ports/people.js'],
  ['queues/x.ts', '../redis/send.js'],
  ['core/x.ts', '../ports/index.js'],
  ['core/x.ts', '../protocol/index.js'],
  ['core/x.ts', '../redaction/secrets.js'],
  ['core/x.ts', '../tracing/untraced.js'],
  ['tracing/x.ts', './tracers.js'],
  ['zenith/queues/jobs/x.ts', '../../../redaction/secrets.js'],
  ['redaction/x.ts', '../protocol/read.js'],
  ['signing/x.ts', '../protocol/index.js'],
  ['signing/x.ts', 'node:crypto'],
  ['core/x.ts', '../signing/tokens.js'],
  ['stores/redis/x.ts', '../../signing/verifier.js'],
  ['search/x.ts', '../ports/archive.js'],
  ['search/x.ts', '../redaction/secrets.js'],
  ['archiver/prepare/x.ts', '../../search/terms.js'],
  ['zenith/x.ts', '../search/language.js'],
  ['core/x.ts', 'node:os'],
  ['core/probes/x.ts', '../options/options.js'],
  ['core/probes/index.ts', './cpu.js'],
  ['stores/x.ts', 'ioredis'],
  ['stores/x.ts', '../ports/index.js'],
  ['queues/x.ts', 'bullmq'],
  ['zenith/fleet/routes/x.ts', '../monitor.js'],
  ['zenith/x.ts', '../ports/index.js'],
  ['zenith/x.ts', './queues/act.js'],
  ['zenith/http/x.ts', './query.js'],
  ['zenith/http/x.ts', '../../api/permissions.js'],
  ['zenith/http/x.ts', 'node:net'],
  ['zenith/metrics/x.ts', '../queues/act.js'],
  ['zenith/queues/bulk/x.ts', '../act.js'],
  ['zenith/fleet/routes/x.ts', '../../queues/act.js'],
  ['runtime/start-quasar.ts', '../core/recorder.js'],
  ['runtime/start-quasar.ts', '../stores/redis/index.js'],
  ['index.ts', './runtime/start-quasar.js'],
  ['runtime/create-zenith.ts', '../stores/redis/index.js'],
  ['runtime/create-zenith.ts', '../zenith/index.js'],
  ['runtime/shared-memory.ts', '../stores/memory/index.js'],
  ['runtime/shared-queues.ts', '../ports/index.js'],
  ['runtime/create-zenith.ts', './shared-queues.js'],
  ['integrations/fastify/x.ts', '../../runtime/create-zenith.js'],
  ['integrations/express/x.ts', 'express'],
  ['integrations/express/x.ts', '../../runtime/start-quasar.js'],
  ['integrations/fastify/x.ts', 'fastify-plugin'],
  ['integrations/hono/x.ts', 'hono/route'],
  ['integrations/nest/x.ts', '@nestjs/core'],
  ['integrations/nest/x.ts', '../express/middleware.js'],
  ['integrations/nest/x.ts', '../fastify/hooks.js'],
  ['integrations/nest/x.ts', '../bullmq/index.js'],
  ['integrations/bullmq/x.ts', '../../core/jobs.js'],
  ['integrations/bullmq/x.ts', 'bullmq'],
  ['cli/x.ts', '../core/version.js'],
  ['cli/commands/x.ts', '../../runtime/create-zenith.js'],
  ['cli/commands/x.ts', '../options.js'],
  ['cli/x.ts', '../runtime/start-quasar.js'],
  ['dashboard/api/x.ts', '../../protocol/index.js'],
  ['dashboard/app/x.ts', '../features/queues/queues.js'],
  ['dashboard/features/jobs/x.ts', '../queues/queues.js'],
  ['dashboard/features/jobs/x.ts', '../../routing/route.js'],
  ['dashboard/ui/x.ts', '../api/filter.js'],
  ['dashboard/x.ts', 'react'],
]

/** The forms an import takes, each on one line; the rule has to see every one of them. */
const forms: [name: string, line: (from: string, id: string) => string][] = [
  ['import', (from, id) => `import { ${id} } from '${from}'; export const a${id} = ${id}`],
  ['import type', (from, id) => `import type { ${id} } from '${from}'; export type A${id} = ${id}`],
  ['export from', (from, id) => `export { ${id} } from '${from}'`],
  ['import()', (from, id) => `export const load${id} = () => import('${from}')`],
]

const folder = mkdtempSync(join(tmpdir(), 'quasar-import-rule-'))
const reported = new Map<string, Set<number>>()

/** Line `n` of a file holds case and form `n`: one run of the linter answers for all of them. */
const lines = new Map<string, string[]>()
const lineOf = new Map<string, number>()

function place([file, specifier]: [string, string], form: number) {
  const path = `src/${file}`
  const content = lines.get(path) ?? []
  lines.set(path, content)
  const line = forms[form]?.[1](specifier, `x${content.length}`) ?? ''
  lineOf.set(`${file} ${specifier} ${form}`, content.push(line))
}

function isReported([file, specifier]: [string, string], form: number) {
  const line = lineOf.get(`${file} ${specifier} ${form}`)
  return line !== undefined && (reported.get(`src/${file}`)?.has(line) ?? false)
}

beforeAll(() => {
  copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'))
  copyFileSync(join(root, '.gitignore'), join(folder, '.gitignore'))
  for (const one of [...forbidden, ...allowed]) for (const form of forms.keys()) place(one, form)
  for (const [path, content] of lines) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), `${content.join('\n')}\n`)
  }
  const args = [biome, 'lint', '--only=style/noRestrictedImports', '--max-diagnostics=none', '--reporter=github', '.']
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  for (const [, file = '', line] of stdout.matchAll(/noRestrictedImports,file=([^,]+),line=(\d+)/g)) {
    const path = relative(folder, resolve(folder, file))
    reported.set(path, (reported.get(path) ?? new Set()).add(Number(line)))
  }
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.each(forbidden)('src/%s may not import %s', (...one) => {
  const missed = forms.filter((_, form) => !isReported(one, form)).map(([name]) => name)
  expect(missed).toEqual([])
})

it.each(allowed)('src/%s may import %s', (...one) => {
  const refused = forms.filter((_, form) => isReported(one, form)).map(([name]) => name)
  expect(refused).toEqual([])
})

it('is what the lint step of the project runs with', () => {
  const { status, stdout } = spawnSync(process.execPath, [biome, 'ci', '--reporter=github', '.'], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(status).toBe(1)
  expect(stdout).toContain('noRestrictedImports')
})
