import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'

/** Phrases that read as if they were translated, each with what to write instead. A key is a regular expression. */
const BETTER: Readonly<Record<string, string>> = {
  'somebody without a name': 'unnamed user',
  somebody: 'a user, a client, anyone',
  whoever: 'anyone who, whichever user',
  'looks at': 'reads, checks, examines',
  'says what(?! to do)': 'names, describes',
  'say first who may': 'first configure who may',
  '(?:is|are) told': 'is known, is reported',
  '(?:tells?|told) apart': 'distinguishes',
  'tells? nobody': 'does not expose',
  'nobody can tell': 'unknown',
  'nobody takes them': 'no worker is picking them up',
  'client left': 'aborted',
  'so many(?! \\w+ that)': 'the number itself: at most 100',
  'of late': 'recently, of a late version',
  'stands? in': 'is in, replaces',
  'by (?:itself|themselves)': 'automatically, alone',
  'has the meaning': 'means',
  '(?:is|are) held by': 'is tested by, is enforced by',
  'goes on': 'continues',
  'goes before': 'overrides',
  'gives or throws': 'returns or throws',
  'taken for': 'treated as, counted as',
  'what is kept of': 'the stored …',
  'figures of now': 'current figures',
  'said good-bye': 'shut down cleanly',
  'without a word': 'unexpectedly',
  'went away': 'disconnected, stopped',
  '(?:what|which) (?:became|came) of': 'the result of',
  'as (?:it|they) should be': 'valid, trusted, as expected',
  'harmless twice': 'idempotent',
  'begin anew': 'restart',
  'is for others to': 'name who does it',
}

/** Besides, in comments: words of Quasar's own for which the field has another one. */
const BETTER_IN_COMMENTS: Readonly<Record<string, string>> = {
  ...BETTER,
  nobody: 'no user, no node, nothing',
  'at the most': 'at most',
  'kept (?:of|elsewhere|by kind)|is kept|are kept|were kept': 'is stored',
  'forgets?|forgot|forgotten': 'deletes, drops',
  'told|tells? (?:of|by|how|what|why|whether)': 'reports, records, distinguishes',
  'look(?:s|ed)? (?:for|through)|(?:last|first|next|one|each|every) look': 'searches, requests; the last read',
  'go on|going on|went on|gone on': 'continue, renew, resume',
  'r[ua]ns? out': 'expires',
  'says? (?:why|what|so|of)': 'has the reason, reports',
  'in words': 'as a message, readable',
  'who asks|who may|who writes': 'the caller, a user that may',
  "(?:can't|can) be told": 'is unknown, is known',
  anew: 'again',
}

const PAPERS = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...filesIn('docs', /\.md$/),
  ...filesIn('schemas', /\.json$/),
]
/** Without the built page, whose lines are its files. */
const SOURCES = filesIn('src', /(?<!\bgenerated)\.tsx?$/)
/** The parts whose comments are in plain words already. */
const COMMENTED = [
  'src/api',
  'src/archive',
  'src/archiver',
  'src/zenith/archive',
  'src/cli',
  'src/core/errors',
  'src/core/options',
  'src/core/probes',
  'src/core/queue-reporting',
  'src/core/report',
  'src/core/threads',
  'src/lib',
  'src/ports',
  'src/protocol',
  'src/queues',
  'src/redaction',
  'src/redis',
  'src/runtime',
  'src/search',
  'src/stores',
  'src/zenith/assets',
  'src/zenith/auth',
  'src/zenith/http',
  'src/zenith/metrics',
  'src/zenith/openapi',
  'src/zenith/queues',
  'src/zenith/store',
].flatMap((folder) => filesIn(folder, /(?<!\bgenerated)\.ts$/))
COMMENTED.push(...filesIn('src/core', /^[^/\\]+\.ts$/))

function filesIn(folder: string, name: RegExp): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => name.test(file))
  return files.map((file) => join(folder, file)).sort()
}

/** Code in a text may quote a phrase. */
const CODE = /```[\s\S]*?```|`[^`\n]+`/g
/** What is left of a source is its strings, its JSX text and its code, which has no such phrases. */
const COMMENT = /\/\*\*?\s[\s\S]*?\*\/|(?<=^|\s)\/\/ .*/gm

const blank = (text: string) => text.replace(/[^\n]/g, ' ')

/** Keeps the lines where they are. */
function without(part: RegExp, text: string): string {
  return text.replace(part, blank)
}

/** The comments alone, with spaces for their stars, so that a phrase is found over the end of a line. */
function commentsOf(text: string): string {
  let end = 0
  const parts = [...text.matchAll(COMMENT)].map(({ 0: comment, index }) => {
    const before = blank(text.slice(end, index))
    end = index + comment.length
    return before + comment.replace(/^\s*\*/gm, blank)
  })
  return parts.join('')
}

/** `3: "looks at" → reads, checks, examines` for each phrase, also where it goes over the end of a line or of a string. */
function complaints(text: string, better = BETTER): string[] {
  return Object.entries(better).flatMap(([phrase, instead]) => {
    const pattern = new RegExp(`\\b(?:${phrase.replaceAll(' ', `[\\s'"\`+]+`)})\\b`, 'gi')
    return [...text.matchAll(pattern)].map(({ 0: found, index }) => {
      const line = text.slice(0, index).split('\n').length
      return `${line}: "${found.replace(/\s+/g, ' ')}" → ${instead}`
    })
  })
}

function complaintsIn(file: string, apart: RegExp): string[] {
  return complaints(without(apart, readFileSync(file, 'utf8'))).map((one) => `${file}:${one}`)
}

describe('plain words', () => {
  it('are in the docs', () => {
    expect(PAPERS.length).toBeGreaterThan(10)
    expect(PAPERS.flatMap((file) => complaintsIn(file, CODE))).toEqual([])
  })

  it('are in the texts of the sources', () => {
    expect(SOURCES.length).toBeGreaterThan(100)
    expect(SOURCES.flatMap((file) => complaintsIn(file, COMMENT))).toEqual([])
  })

  it('are in the comments of the finished parts', () => {
    expect(COMMENTED.length).toBeGreaterThan(250)
    const found = COMMENTED.flatMap((file) => {
      const comments = commentsOf(without(CODE, readFileSync(file, 'utf8')))
      return complaints(comments, BETTER_IN_COMMENTS).map((one) => `${file}:${one}`)
    })
    expect(found).toEqual([])
  })
})

describe('a phrase', () => {
  test('is found with its line, in any case and over the end of a line', () => {
    expect(complaints('Fine.\nZenith Looks\nat it.')).toEqual(['2: "Looks at" → reads, checks, examines'])
  })

  test('is found in strings, joined strings and JSX text of a source, and not in its comments', () => {
    const source = [
      '/** Somebody. */',
      "const url = 'https://x/*' // somebody",
      "const text = 'It looks ' +",
      "  'at it'",
      '<p>',
      '  Client left',
      '</p>',
    ].join('\n')
    const lines = complaints(without(COMMENT, source)).map((one) => Number.parseInt(one, 10))
    expect(lines.sort()).toEqual([3, 6])
  })

  test('is found in comments alone, with its line', () => {
    const source = ["const text = 'kept, told'", '/**', ' * It says', ' * why.', ' */', 'told() // Is kept.'].join('\n')
    const lines = complaints(commentsOf(source), BETTER_IN_COMMENTS).map((one) => Number.parseInt(one, 10))
    expect(lines.sort()).toEqual([3, 6])
  })

  test('may be quoted as code in a page', () => {
    expect(complaints(without(CODE, 'Write "a user", not `somebody`.\n```\nwhoever\n```'))).toEqual([])
  })

  test('is not one that only begins alike', () => {
    expect(complaints('So many headers that Node drops some; it says what to do.')).toEqual([])
  })
})
