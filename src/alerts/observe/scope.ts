import type { AlertScope, AlertSubject } from '../../api/alerts.js'
import { globOf } from '../../lib/glob.js'

export type Matches = (subject: AlertSubject, environments: readonly string[]) => boolean
type Test = (name: string) => boolean

const matchers = new WeakMap<AlertScope, Matches | null>()

/**
 * Whether a subject is in a scope. A list that has nothing to do with a kind of subject is ignored for it. Compiled once for each scope.
 *
 * @returns null for a scope that has everything
 */
export function matcherOf(scope: AlertScope): Matches | null {
  const known = matchers.get(scope)
  if (known !== undefined) return known
  const made = Object.values(scope).every((patterns) => patterns.length === 0) ? null : compile(scope)
  matchers.set(scope, made)
  return made
}

function compile(scope: AlertScope): Matches {
  const [services, environments] = [anyOf(scope.services), anyOf(scope.environments)]
  const own: Readonly<Record<AlertSubject['kind'], Matches | null>> = {
    fleet: null,
    host: nameTest(anyOf(scope.hosts)),
    node: hostTest(anyOf(scope.hosts)),
    service: null,
    route: nameTest(anyOf(scope.routes)),
    job: nameTest(anyOf(scope.jobs)),
    queue: queueTest(anyOf(scope.queues)),
  }
  return (subject, named) => {
    if (subject.kind === 'fleet') return true
    const isThere = isAnyIn(services, servicesOf(subject)) && isAnyIn(environments, named)
    return isThere && (own[subject.kind]?.(subject, named) ?? true)
  }
}

function servicesOf({ service, services }: AlertSubject): readonly string[] {
  return service === null ? services : [service]
}

function isAnyIn(test: Test | null, names: readonly string[]): boolean {
  return test === null || names.some(test)
}

function nameTest(test: Test | null): Matches | null {
  return test && (({ name }) => test(name))
}

function hostTest(test: Test | null): Matches | null {
  return test && (({ host }) => host !== null && test(host))
}

function queueTest(test: Test | null): Matches | null {
  return test && (({ name, key }) => test(name) || test(key))
}

/** @returns null for an empty list: all. Remembers answers: the same names come again for each route. */
function anyOf(patterns: readonly string[]): Test | null {
  if (patterns.length === 0) return null
  const tests = patterns.map(globOf)
  const known = new Map<string, boolean>()
  return (name) => {
    const answer = known.get(name)
    if (answer !== undefined) return answer
    if (known.size >= MAX_ANSWERS) known.clear()
    const matches = tests.some((test) => test(name))
    known.set(name, matches)
    return matches
  }
}

const MAX_ANSWERS = 20_000

/** Names that a list gives whole, without `*`, each once. */
export function exactNames(patterns: readonly string[]): readonly string[] {
  return [...new Set(patterns)].filter((pattern) => !pattern.includes('*'))
}
