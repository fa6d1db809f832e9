import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { folderOf } from './installed.js'

const root = process.cwd()
const lock = join(root, 'test/hosts/.packing')

/**
 * Puts what `npm pack` would publish into the node_modules of a host or an install, as a copy: a link would lead the
 * package to the frameworks of the repository in place of theirs. Builds first when a source is newer than what is built.
 */
export async function packInto(name: string): Promise<void> {
  await locked(() => {
    buildIfStale()
    const folder = join(folderOf(name), 'node_modules/@gravito/quasar')
    const stamp = join(folder, '.packed')
    const state = `${builtAt()} ${statSync(join(root, 'package.json')).mtimeMs}`
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return
    const fresh = `${folder}.${process.pid}`
    for (const path of publishedFiles()) cpSync(join(root, path), join(fresh, path))
    writeFileSync(join(fresh, '.packed'), state)
    rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
  })
}

/** Makes dist agree with src, for programs that a test starts in processes of their own. */
export async function ensureBuilt(): Promise<void> {
  await locked(buildIfStale)
}

function buildIfStale(): void {
  if (newest(join(root, 'src')) <= builtAt()) return
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'pipe' })
}

let published: readonly string[] | null = null

function publishedFiles(): readonly string[] {
  if (!published) {
    const answer = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      stdio: 'pipe',
    })
    // npm 11 answers with a list, npm 12 with an object by name.
    const [packed] = Object.values(JSON.parse(answer.toString()) as Record<string, { files: { path: string }[] }>)
    published = packed?.files.map(({ path }) => path) ?? []
  }
  return published
}

function builtAt(): number {
  const built = join(root, 'dist/cjs/index.js')
  return existsSync(built) ? statSync(built).mtimeMs : 0
}

function newest(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs)
  return Math.max(0, ...times)
}

/** Test files run in processes of their own, and each of them packs. */
async function locked(work: () => void): Promise<void> {
  while (!takeLock()) await wait(50)
  try {
    work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/** A link whose target is the process that holds it: a build takes long on a busy machine, and only who has died holds it in vain. */
function takeLock(): boolean {
  try {
    symlinkSync(`${process.pid}`, lock)
    return true
  } catch {
    if (!isHeld()) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

function isHeld(): boolean {
  try {
    process.kill(Number(readlinkSync(lock)), 0)
    return true
  } catch (error) {
    // Released just now.
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}
