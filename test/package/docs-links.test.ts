import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...readdirSync('docs')
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
]

const withoutCode = (page: string) => readFileSync(page, 'utf8').replace(/^```[\s\S]*?^```$/gm, '')

/** The anchors that GitHub gives a page's headings. */
function anchorsOf(page: string): readonly string[] {
  const seen = new Map<string, number>()
  return [...withoutCode(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = plain.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-')
    const before = seen.get(anchor) ?? 0
    seen.set(anchor, before + 1)
    return before === 0 ? anchor : `${anchor}-${before}`
  })
}

/** What a link within the repository lacks; null when it leads somewhere. */
function problemOf(page: string, link: string): string | null {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(target)) return `${link}: no such file`
  if (anchor === undefined || statSync(target).isDirectory() || !target.endsWith('.md')) return null
  return anchorsOf(target).includes(anchor) ? null : `${link}: no such heading`
}

describe.each(PAGES)('%s', (page) => {
  it('has links that lead to files and headings', () => {
    const links = [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    const inside = links.filter((link) => !/^[a-z]+:/i.test(link))
    expect(inside.flatMap((link) => problemOf(page, link) ?? [])).toEqual([])
  })
})

it('every page of docs is found from the README', () => {
  const readme = readFileSync('README.md', 'utf8')
  expect(PAGES.filter((page) => page.startsWith('docs/') && !readme.includes(`(${page}`))).toEqual([])
})
