// The notices of the packages that are bundled: their licences ask for them wherever their code goes. Vite's `build.license` lists the
// packages of the page, but neither tailwindcss nor what the server bundles, and it accepts a package without a text.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Licences that ask for their notice only. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']
/** Texts of packages that are published without the licence of their repository. */
const OWN_TEXTS = fileURLToPath(new URL('licences', import.meta.url))
const PACKAGE_FOLDER = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/
const CSS_IMPORT = /@import\s+(?:url\()?["']((?:@[\w.-]+\/)?\w[\w.-]*)/g
const LINE = '-'.repeat(80)

/**
 * Folders of the packages that have code in an output of Rolldown.
 *
 * @param output its chunks and assets
 */
export function bundledPackages(output) {
  const modules = output.flatMap((chunk) => Object.entries(chunk.modules ?? {}))
  const styles = modules.map(([id]) => id).filter((id) => id.endsWith('.css'))
  const code = modules.filter(([, { renderedLength }]) => renderedLength > 0).map(([id]) => id)
  const folders = [...code, ...styles].flatMap((id) => PACKAGE_FOLDER.exec(id)?.[1] ?? [])
  return [...new Set([...folders, ...styles.flatMap(packagesOfCss)])]
}

/** Tailwind replaces `@import 'tailwindcss'` before the bundler sees it. */
function packagesOfCss(file) {
  return [...readFileSync(file, 'utf8').matchAll(CSS_IMPORT)].map(([, name]) => installed(name, dirname(file)))
}

function installed(name, folder) {
  const found = join(folder, 'node_modules', name)
  if (existsSync(found)) return found
  if (dirname(folder) === folder) throw new Error(`${name}, which CSS imports, is not installed`)
  return installed(name, dirname(folder))
}

/**
 * @param folders of packages
 * @returns `{ name, version, license, text }` of each
 * @throws Error that names the packages without a licence text, and those with a licence that is not allowed
 */
export function noticesOf(folders) {
  const notices = folders.map(noticeOf)
  const problems = notices.flatMap(problemsOf)
  if (problems.length > 0) throw new Error(`The licences of bundled packages are incomplete.\n${problems.join('\n')}`)
  return notices
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const own = join(OWN_TEXTS, `${name.replace('/', '__')}.txt`)
  const published = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file))
  const files = published.length > 0 ? published.map((file) => join(folder, file)) : [own].filter(existsSync)
  return { name, version, license, text: files.map((file) => readFileSync(file, 'utf8').trim()).join('\n\n') }
}

function problemsOf({ name, version, license, text }) {
  const isAllowed = ALLOWED.includes(license)
  return [
    ...(isAllowed ? [] : [`${name} ${version} has the licence ${license ?? '(none)'}; allowed: ${ALLOWED.join(', ')}`]),
    ...(text ? [] : [`${name} ${version} has no licence text; put that of its repository into scripts/licences`]),
  ]
}

/** The file that is published. Packages with the same text share it. */
export function noticesFile(notices) {
  const titles = new Map()
  const sorted = notices.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  for (const { name, version, license, text } of sorted) {
    const known = titles.get(text) ?? new Set()
    titles.set(text, known.add(`${name} ${version} (${license})`))
  }
  const parts = [...titles].map(([text, packages]) => `${LINE}\n${[...packages].join('\n')}\n\n${text}\n`)
  return `This package contains code of the following packages.\n\n${parts.join('\n')}`
}
