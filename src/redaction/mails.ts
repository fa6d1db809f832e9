import { ALNUM, DIGIT, JOINT, kindOf, LETTER, NAME_CHAR } from './chars.js'
import { type Source, work } from './source.js'

const MAX_LOCAL = 64
const MAX_DOMAIN = 255

/** Whether a password precedes an `@` whose host has no scheme: `user:password@host:3306`. */
export function isPassword(source: Source, local: number, behind: number): boolean {
  if (source.code(local - 1) !== 58 || hostEnd(source, behind) < 0) return false
  return (kindOf(source.code(local - 2)) & (ALNUM | JOINT)) !== 0
}

/** The end of a mail address; -1 if it is none. @param local its start @param at the position of its `@` */
export function addressEnd(source: Source, local: number, at: number, behind: number): number {
  const isOfGit = at - local === 3 && source.has('git', local)
  return isOfGit ? -1 : domainEnd(source, behind)
}

/** The end of a host after an `@` that has a port, a path, or a protocol of Go's MySQL. */
function hostEnd(source: Source, at: number): number {
  const end = source.keyEnd(NAME_CHAR, at)
  if (end === at) return -1
  const next = source.code(end)
  if (next === 40) return /^(?:tcp|unix|udp|tcp4|tcp6)$/.test(source.text.slice(at, end).slice(0, 5)) ? end : -1
  if (
    (kindOf(source.code(at)) & LETTER) === 0 &&
    !/^\d{1,3}(?:\.\d{1,3}){3}$/.test(source.text.slice(at, Math.min(end, at + 16)))
  )
    return -1
  return next === 47 || (next === 58 && (kindOf(source.code(end + 1)) & DIGIT) !== 0) ? end : -1
}

/** The end of the domain of a mail address; -1 if it is none. */
function domainEnd(source: Source, at: number): number {
  let end = source.keyEnd(NAME_CHAR, at)
  while (end > at && (kindOf(source.code(end - 1)) & ALNUM) === 0) end -= 1
  let dot = end - 1
  while (dot > at && (kindOf(source.code(dot)) & LETTER) !== 0) dot -= 1
  return source.code(dot) === 46 && dot > at && end - dot > 2 && end - at <= MAX_DOMAIN ? end : -1
}

/** The start of the local part of a mail address. @param floor lower bound */
export function localStart(source: Source, at: number, floor: number): number {
  let from = at
  const least = Math.max(floor, at - MAX_LOCAL)
  while (from > least && ((kindOf(source.code(from - 1)) & NAME_CHAR) !== 0 || source.code(from - 1) === 43)) from -= 1
  while (from < at && (kindOf(source.code(from)) & JOINT) !== 0) from += 1
  work.steps += at - from
  return from
}
