// `npm run changeset -- add | status | version`: @changesets/cli for the one package that is published.
//
// In a repository with workspaces it knows the workspaces only, and here these are hosts of the tests. So it runs in a folder that has
// what it needs of the package and no workspaces, and what it wrote is taken over.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bin } from './run.mjs'

const root = process.cwd()
const stage = mkdtempSync(join(tmpdir(), 'quasar-changeset-'))

/** The heading and what stands before the first version: @changesets/cli would put a version between them. */
function partsOf(changelog) {
  const start = changelog.indexOf('\n## ')
  const head = start < 0 ? changelog : changelog.slice(0, start)
  return { head: head.trimEnd(), versions: start < 0 ? '' : changelog.slice(start).trim() }
}

function read(folder, file) {
  return readFileSync(join(folder, file), 'utf8')
}

function begin(head, versions) {
  const { name, version } = JSON.parse(read(root, 'package.json'))
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify({ name, version }, null, 2)}\n`)
  writeFileSync(join(stage, 'CHANGELOG.md'), `${head.split('\n', 1)[0]}\n\n${versions}\n`)
  cpSync(join(root, '.changeset'), join(stage, '.changeset'), { recursive: true })
  // It asks git for the commit of every changeset, and is content with none.
  spawnSync('git', ['init', '--quiet'], { cwd: stage })
  return version
}

function takeOver(head, version) {
  rmSync(join(root, '.changeset'), { recursive: true })
  cpSync(join(stage, '.changeset'), join(root, '.changeset'), { recursive: true })
  const next = JSON.parse(read(stage, 'package.json')).version
  if (next === version) return
  const { versions } = partsOf(read(stage, 'CHANGELOG.md'))
  writeFileSync(join(root, 'CHANGELOG.md'), `${head}\n\n${versions}\n`)
  for (const file of ['package.json', 'package-lock.json']) replaceVersion(file, version, next)
}

/** As text: nothing else in it changes. The version of the package stands first in both files. */
function replaceVersion(file, version, next) {
  if (!existsSync(join(root, file))) return
  const text = read(root, file)
  const count = file === 'package-lock.json' ? 2 : 1
  let left = count
  const replaced = text.replaceAll(`"version": "${version}"`, (found) => (left-- > 0 ? `"version": "${next}"` : found))
  writeFileSync(join(root, file), replaced)
}

try {
  const { head, versions } = partsOf(read(root, 'CHANGELOG.md'))
  const version = begin(head, versions)
  const args = [bin('@changesets/cli', 'changeset'), ...process.argv.slice(2)]
  const { status } = spawnSync(process.execPath, args, { cwd: stage, stdio: 'inherit' })
  if (status === 0) takeOver(head, version)
  process.exitCode = status ?? 1
} finally {
  rmSync(stage, { recursive: true, force: true })
}
