import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { isRetention, limitsOf } from '../../src/archiver/retention.js'
import { readOptions } from '../../src/cli/arguments/options.js'
import { archiveExport } from '../../src/cli/commands/archive-export.js'
import { ZENITH_OPTIONS } from '../../src/cli/commands/zenith-options.js'
import { parseSearch } from '../../src/search/language.js'
import { loadBinding } from '../../src/sql/sqlite/binding.js'
import { fillArchive, rawJob } from '../support/archived.js'
import { blocksOf } from '../support/docs-blocks.js'

const PAGE = 'docs/archive.md'
const text = readFileSync(PAGE, 'utf8')
const [commands = '', backup = ''] = blocksOf(PAGE, 'sh')

const hasCommand = spawnSync('sh', ['-c', 'command -v sqlite3']).status === 0

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'quasar-archive-docs-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

describe(PAGE, () => {
  it('names options and variables of quasar zenith', () => {
    const rows = [...text.matchAll(/^\| `--([\w-]+) \w+` \| `(\w+)` \|/gm)]
    const own = Object.entries(ZENITH_OPTIONS).filter(([name]) => name.startsWith('archive'))
    expect(rows.map(([, name, variable]) => [name, variable])).toEqual(own.map(([name, { env }]) => [name, env]))
    expect(readOptions(['--archive-max-bytes', '20GB'], ZENITH_OPTIONS, {}).values['archive-max-bytes']).toBe(20e9)
  })

  it('names the limits as they are', () => {
    const given = /retention: (\{[^}]*\})/.exec(text)?.[1] ?? ''
    expect(isRetention(Function(`return ${given}`)())).toBe(true)
    const { recordsMs, jobsMs, payloadsMs, maxBytes, minFreeShare } = limitsOf({}, 0)
    expect([recordsMs, jobsMs, payloadsMs, maxBytes, minFreeShare]).toEqual([
      ...[90 * 86_400_000, null, 30 * 86_400_000, 20e9, 0.1],
    ])
  })

  it('has commands and searches that can be read', () => {
    const lines = commands.trim().split('\n')
    expect(lines).toHaveLength(6)
    for (const [, search = ''] of commands.matchAll(/'([^']+)'/g)) expect(parseSearch(search, 0).problems).toBe(null)
    for (const [, flag = ''] of commands.matchAll(/ (--\w+)/g)) expect(archiveExport.help).toContain(`  ${flag} `)
  })

  it('backs up an archive that is open by what it says', async () => {
    const dir = folder()
    const source = join(dir, 'quasar-data')
    const at = Date.now() - 1_000
    await fillArchive(sqliteDriver({ dir: source }), { jobs: [rawJob('1', at, { email: 'ada@example.com' })] })
    const holder = sqliteDriver({ dir: source })
    await holder.open()
    onTestFinished(() => holder.close())
    if (hasCommand) execFileSync('sh', ['-ec', backup], { cwd: dir })
    else await copyByHand(dir)
    const copy = sqliteDriver({ dir: join(dir, 'backup') })
    onTestFinished(() => copy.close())
    const term = { by: 'term', term: 'email=ada@example.com', isPrefix: false, isNot: false } as const
    expect(await copy.jobs({ conditions: [term], from: 0, to: at + 1, limit: 10, withPayloads: true })).toMatchObject({
      items: [{ id: '1', payload: { text: expect.stringContaining('ada@example.com') } }],
    })
    expect(await copy.cursor('test')).toBe('1')
  })
})

/** The same statements, where there is no command `sqlite3`. */
async function copyByHand(dir: string): Promise<void> {
  const binding = await loadBinding('The test')
  mkdirSync(join(dir, 'backup', 'jobs'), { recursive: true })
  const days = readdirSync(join(dir, 'quasar-data', 'jobs')).filter((name) => name.endsWith('.db'))
  for (const file of ['archive.db', ...days.map((name) => `jobs/${name}`)]) {
    const database = binding.open(join(dir, 'quasar-data', file))
    database.exec(`VACUUM INTO '${join(dir, 'backup', file)}'`)
    database.close()
  }
}
