/**
 * Builds the page and embeds it as `src/zenith/assets/generated.ts`, so that Zenith serves it from memory. Writes the notices of the
 * packages in it beside that, for scripts/build.mjs.
 *
 *   node scripts/build-dashboard.mjs [--if-stale]
 *
 * `--if-stale` does nothing when no input is newer than the module. Fails when the first load is over budget.
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { bundledPackages, noticesOf } from './notices.mjs'

/** First load (HTML, and the JavaScript and CSS that it loads), gzip, in bytes. */
const BUDGET = 200 * 1024
/** Each part that is loaded later, gzip, in bytes. */
const PART_BUDGET = 40 * 1024

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.json': 'application/json',
}

// Whoever builds from a program of their own (a test, say) has another NODE_ENV, and would embed React's development build.
process.env.NODE_ENV = 'production'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = join(root, 'src/zenith/assets/generated.ts')
const notices = join(root, 'src/zenith/assets/generated-notices.json')
const inputs = [
  'src/dashboard',
  'src/api',
  'src/protocol',
  'vite.config.ts',
  'package-lock.json',
  'scripts/build-dashboard.mjs',
  'scripts/notices.mjs',
  'scripts/licences',
]

if (process.argv.includes('--if-stale') && (await isFresh())) {
  say('The page is up to date.')
} else {
  await buildPage()
}

async function buildPage() {
  // Only here: most often the page is fresh, and vite takes longer to load than that takes to see.
  const { build } = await import('vite')
  const outDir = await mkdtemp(join(tmpdir(), 'quasar-dashboard-'))
  try {
    const { output } = await build({
      configFile: join(root, 'vite.config.ts'),
      root: join(root, 'src/dashboard'),
      logLevel: 'warn',
      build: { outDir },
    })
    const files = await readAssets(outDir)
    checkBudget(files)
    await writeWhole(notices, JSON.stringify(noticesOf(bundledPackages(output))))
    await writeWhole(target, moduleText(files))
  } finally {
    await rm(outDir, { recursive: true, force: true })
  }
}

async function readAssets(folder) {
  const paths = (await listFiles(folder)).sort()
  return Promise.all(
    paths.map(async (path) => ({ name: relative(folder, path).split(sep).join('/'), bytes: await readFile(path) })),
  )
}

function checkBudget(files) {
  const first = firstLoadOf(files)
  const size = [...first].reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0)
  const parts = files.filter((file) => !first.has(file) && ['.js', '.css'].includes(extname(file.name)))
  const sizes = parts.map(({ name, bytes }) => ({ name, size: gzipSync(bytes).length }))
  const largest = Math.max(0, ...sizes.map(({ size }) => size))
  say(`The page: ${files.length} files, first load ${kilobytes(size)} of ${BUDGET / 1024} KB gzip.`)
  say(`Later: ${parts.length} parts, the largest ${kilobytes(largest)} of ${PART_BUDGET / 1024} KB gzip.`)
  if (size > BUDGET)
    throw new Error(`The first load is over its budget of ${BUDGET / 1024} KB gzip: split it or leave something out`)
  for (const { name, size } of sizes)
    if (size > PART_BUDGET)
      throw new Error(`${name} is over the budget of a part, ${PART_BUDGET / 1024} KB gzip: split it`)
}

/** The page, what it names, and what that imports before it runs; `import()` is later. */
function firstLoadOf(files) {
  const first = new Set(files.filter(({ name }) => extname(name) === '.html'))
  for (const { bytes } of first) {
    const text = bytes.toString()
    for (const file of files) {
      const base = file.name.split('/').at(-1)
      const isLoaded = ['.js', '.css'].includes(extname(file.name)) && namesStatically(text, base)
      if (isLoaded) first.add(file)
    }
  }
  return first
}

function namesStatically(text, base) {
  const name = base.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?:from|import|src=|href=)\\s*["'][^"']*/${name}["']`).test(text)
}

function kilobytes(size) {
  return (size / 1024).toFixed(1)
}

function moduleText(files) {
  const entries = files.map(({ name, bytes }) => `  ${JSON.stringify(name)}: ${JSON.stringify(asset(name, bytes))},\n`)
  return `// Written by scripts/build-dashboard.mjs. Not kept in git.
export const assets: Readonly<Record<string, { type: string; body: string; encoding: 'utf8' | 'base64' }>> = {
${entries.join('')}}
`
}

function asset(name, bytes) {
  const type = TYPES[extname(name)] ?? 'application/octet-stream'
  const encoding = /^text\/|svg|json/.test(type) ? 'utf8' : 'base64'
  return { type, body: bytes.toString(encoding), encoding }
}

/** In one step, so that whoever reads it at the same time sees the old one or the new one. */
async function writeWhole(path, text) {
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}.tmp`
  await writeFile(draft, text)
  await rename(draft, path)
}

async function isFresh() {
  const made = await stat(target).catch(() => null)
  if (!made || !(await stat(notices).catch(() => null))) return false
  const files = (await Promise.all(inputs.map((input) => listFiles(join(root, input))))).flat()
  const times = await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs))
  return times.every((time) => time <= made.mtimeMs)
}

/** A file is a list of itself. */
async function listFiles(path) {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path)
  return (await Promise.all(entries.map((entry) => listFiles(join(path, entry))))).flat()
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
