import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { globOf } from '../../src/lib/glob.js'

const ARCHITECTURE = 'docs/architecture.md'
const PAGES = [ARCHITECTURE, 'CONTRIBUTING.md']

const read = (file: string) => readFileSync(file, 'utf8')

/** What a page has in backticks, word by word: commands name files, too. */
function words(page: string): readonly string[] {
  const spans = [...read(page).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return spans.flatMap((span) => span.split(' '))
}

/** Not a package (`@scope/name`), a path of a URL (`/api`), or what only a build makes. */
function isPlace(word: string): boolean {
  if (/^[@/]|^dist\/|[^\w.@{},*/-]/.test(word)) return false
  return word.includes('/') || /\.(ts|tsx|mjs|json|md|yml)$/.test(word)
}

/** `a/{b,c}.ts` → `a/b.ts`, `a/c.ts` */
function expand(pattern: string): readonly string[] {
  const [, before = '', inner, after = ''] = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern) ?? []
  return inner === undefined ? [pattern] : inner.split(',').flatMap((one) => expand(before + one + after))
}

/** Whether there is a file or folder of this path, where `*` stands for anything within a name. */
function exists(path: string, folder = '.'): boolean {
  const [name = '', ...rest] = path.split('/')
  if (!name.includes('*'))
    return rest.length === 0 ? existsSync(join(folder, name)) : exists(rest.join('/'), join(folder, name))
  if (!existsSync(folder)) return false
  const found = readdirSync(folder).filter(globOf(name))
  return found.some((entry) => rest.length === 0 || exists(rest.join('/'), join(folder, entry)))
}

describe.each(PAGES)('%s', (page) => {
  it('names no file and no folder that is not there', () => {
    const places = words(page).filter(isPlace)
    expect(places.length).toBeGreaterThan(10)
    expect(places.flatMap(expand).filter((place) => !exists(place))).toEqual([])
  })

  it('leads to no page that is not there', () => {
    const links = [...read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link)
    expect(links.length).toBeGreaterThan(0)
    expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([])
  })
})

describe('the layers', () => {
  const named = new Set(words(ARCHITECTURE).flatMap(expand))

  it('that the linter holds are all named', () => {
    const { overrides }: { overrides: { includes: string[]; linter: object }[] } = JSON.parse(read('biome.json'))
    const ruled = overrides.filter(({ linter }) => JSON.stringify(linter).includes('noRestrictedImports'))
    const layers = ruled.flatMap(({ includes }) => includes.map((path) => path.replace(/\/\*.*$/, '')))
    expect(layers.length).toBeGreaterThan(10)
    expect(layers.filter((layer) => !named.has(layer))).toEqual([])
  })

  it('are all that there is in src', () => {
    const entries = readdirSync('src').map((entry) => `src/${entry}`)
    expect(entries.filter((entry) => !named.has(entry))).toEqual([])
  })
})

it('the benchmarks load modules that there are', () => {
  const files = readdirSync('bench', { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.mjs') && !file.includes('node_modules'),
  )
  const texts = files.map((file) => readFileSync(join('bench', file), 'utf8'))
  const named = texts.flatMap((text) => [
    ...text.matchAll(/from(?:Dist|Modules)\('([^']+)\.js'\)|dist\/esm\/([^']+)\.js'/g),
  ])
  const paths = named.map(([, short, whole]) => `src/${short ?? whole}.ts`)
  expect(paths.length).toBeGreaterThan(15)
  expect(paths.filter((path) => !existsSync(path))).toEqual([])
})
