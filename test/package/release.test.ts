import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = process.cwd()
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
let folder: string

/** What a release is made of, as it is here, somewhere else. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quasar-release-'))
  for (const path of ['package.json', 'package-lock.json', 'CHANGELOG.md', '.changeset'])
    cpSync(path, join(folder, path), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (file: string) => readFileSync(join(folder, file), 'utf8')
const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
const changesets = () => readdirSync(join(folder, '.changeset')).filter((file) => !/^(README|config)\./.test(file))
const changeset = (...args: string[]) =>
  execFileSync(process.execPath, [join(root, 'scripts/changeset.mjs'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

function begin(kind: string, text: string) {
  for (const file of changesets()) rmSync(join(folder, '.changeset', file))
  write('.changeset/of-the-test.md', `---\n"@gravito/quasar": ${kind}\n---\n\n${text}\n`)
}

describe('npm run changeset -- version', () => {
  it('makes a version of what is waiting, below what stands at the head of the changelog', () => {
    write('CHANGELOG.md', `# Changelog\n\nHow it is written.\n\n## ${version}\n\nWhat was before.\n`)
    begin('patch', 'Something was mended.')
    changeset('version')
    const next = version.replace(/\d+$/, (patch) => `${Number(patch) + 1}`)
    expect(read('CHANGELOG.md')).toBe(
      `# Changelog\n\nHow it is written.\n\n## ${next}\n\n### Patch Changes\n\n- Something was mended.\n\n## ${version}\n\nWhat was before.\n`,
    )
    expect(changesets()).toEqual([])
  })

  it('changes nothing but the version in package.json and the lock file', () => {
    const before = { manifest: read('package.json'), lock: JSON.parse(read('package-lock.json')) as object }
    begin('minor', 'Something is new.')
    changeset('version')
    const next = version.replace(/(\d+)\.\d+$/, (_, minor) => `${Number(minor) + 1}.0`)
    expect(read('package.json')).toBe(before.manifest.replace(`"version": "${version}"`, `"version": "${next}"`))
    const lock = JSON.parse(read('package-lock.json')) as { version: string; packages: Record<string, object> }
    expect(lock).toEqual({
      ...before.lock,
      version: next,
      packages: { ...lock.packages, '': expect.objectContaining({ name: '@gravito/quasar', version: next }) },
    })
  })
})

it('has changesets that a version can be made of', () => {
  expect(() => changeset('version')).not.toThrow()
  expect(changesets()).toEqual([])
})

describe('npm run release:check', () => {
  const check = (tag: string) => {
    const script = join(root, 'scripts/check-release.mjs')
    const { status, stdout } = spawnSync(process.execPath, [script, tag], { cwd: folder, encoding: 'utf8' })
    return { status, problems: stdout.split('\n').filter((line) => line !== '') }
  }

  it('says what is missing', () => {
    write('package.json', JSON.stringify({ version: '1.2.3' }))
    write('CHANGELOG.md', '# Changelog\n\n## Unreleased\n\n## 1.2.2\n')
    begin('patch', 'Not in a version yet.')
    expect(check('v1.2.2')).toEqual({
      status: 1,
      problems: [
        expect.stringContaining('tag v1.2.3'),
        expect.stringContaining('of-the-test.md'),
        expect.stringContaining('"## 1.2.3"'),
        expect.stringContaining('Unreleased'),
        expect.stringContaining('repository.url'),
      ],
    })
  })

  it('is content with what is whole', () => {
    write('package.json', JSON.stringify({ version: '1.2.3', repository: { url: 'git+https://example.com/it.git' } }))
    write('CHANGELOG.md', '# Changelog\n\n## 1.2.3\n')
    for (const file of changesets()) rmSync(join(folder, '.changeset', file))
    expect(check('v1.2.3')).toEqual({ status: 0, problems: [] })
  })
})
