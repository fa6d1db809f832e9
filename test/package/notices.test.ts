import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { assets } from '../../src/zenith/assets/generated.js'
import { ensureBuilt } from '../support/pack.js'

let notices: string
beforeAll(async () => {
  await ensureBuilt()
  notices = readFileSync('dist/THIRD-PARTY-NOTICES.txt', 'utf8')
})

const listed = () =>
  [...notices.matchAll(/^(\S+) ([\d.]+) \([\w.-]+\)$/gm)].map(([, name, version]) => `${name} ${version}`)

function installed(name: string): string {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }
  return `${name} ${version}`
}

/** What Vite says of the page. */
async function packagesOfPage(): Promise<readonly string[]> {
  const options = { write: false, license: { fileName: 'licenses.json' } }
  const built = await build({ configFile: 'vite.config.ts', root: 'src/dashboard', logLevel: 'error', build: options })
  const files = 'output' in built ? built.output : []
  const file = files.find(({ fileName }) => fileName === 'licenses.json')
  if (file?.type !== 'asset') throw new Error('Vite wrote no licenses')
  return (JSON.parse(file.source.toString()) as { name: string; version: string }[]).map(
    ({ name, version }) => `${name} ${version}`,
  )
}

/** Parts that are one library alone, which have its name and no source map. */
function packagesAsParts(): readonly string[] {
  const files = ['dist/esm/shared', 'dist/cjs/shared'].flatMap((folder) => {
    const names = readdirSync(folder)
    return names.filter((name) => name.endsWith('.js') && !names.includes(`${name}.map`))
  })
  // The bundler's own part is of no package that is listed.
  return files.map((file) => file.slice(0, -'.js'.length)).filter((name) => existsSync(`node_modules/${name}`))
}

/** What the source maps say of the server's bundles. */
function packagesOfServer(): readonly string[] {
  const maps = ['dist/esm', 'dist/cjs'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js.map'))
      .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as { sources: readonly string[] }),
  )
  const names = maps.flatMap(({ sources }) =>
    sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(source)?.[1] ?? []),
  )
  return [...new Set([...names, ...packagesAsParts()])].map(installed)
}

it('name each library that has code in the package, and no other', async () => {
  const server = packagesOfServer()
  expect(server).toContain(installed('valibot'))
  expect(server).toContain(installed('yaml'))
  const page = await packagesOfPage()
  expect(page).toContain(installed('react-dom'))
  const styles = Object.values(assets).flatMap(({ body }) => /\/\*! (tailwindcss) v([\d.]+)/.exec(body)?.slice(1) ?? [])
  const expected = [...server, ...page, styles.join(' ')]
  expect(listed()).toEqual([...new Set(listed())])
  expect(listed().sort()).toEqual([...new Set(expected)].sort())
})

it('have the text of each licence', () => {
  for (const line of listed()) {
    const [name = ''] = line.split(' ')
    const folder = `node_modules/${name}`
    const files = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file))
    const own = `scripts/licences/${name}.txt`
    const texts = files.length > 0 ? files.map((file) => join(folder, file)) : [own]
    for (const file of texts) expect(notices, name).toContain(readFileSync(file, 'utf8').trim())
  }
})

it('are incomplete without a text or with a licence that asks for more, and say so', async () => {
  const { noticesOf } = await import(pathToFileURL(resolve('scripts/notices.mjs')).href)
  const root = mkdtempSync(join(tmpdir(), 'quasar-notices-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const packageOf = (name: string, license?: string, text?: string) => {
    const folder = join(root, 'node_modules', name)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.2.3', license }))
    if (text) writeFileSync(join(folder, 'LICENSE'), text)
    return folder
  }
  const fine = packageOf('fine', 'MIT', 'Copyright Ada\n')
  expect(noticesOf([fine])).toEqual([{ name: 'fine', version: '1.2.3', license: 'MIT', text: 'Copyright Ada' }])
  const folders = [
    fine,
    packageOf('bare', 'MIT'),
    packageOf('strict', 'GPL-3.0', 'GNU'),
    packageOf('none', undefined, 'x'),
  ]
  expect(() => noticesOf(folders)).toThrow(
    /^The licences.*\nbare 1\.2\.3 has no licence text.*\nstrict 1\.2\.3 has the licence GPL-3\.0; allowed: .*\nnone 1\.2\.3 has the licence \(none\)/,
  )
})

it('are of packages that still lack their licence', () => {
  const lacking = readdirSync('scripts/licences').map((file) => file.replace('__', '/').replace(/\.txt$/, ''))
  for (const name of lacking) {
    expect(listed()).toContain(installed(name))
    expect(existsSync(`node_modules/${name}/LICENSE`), name).toBe(false)
  }
})
