// Reads the report that pytest and PHPUnit write.
import { existsSync, readFileSync } from 'node:fs'

/** @returns the names of the tests by result; null without a report */
export function readJunit(path, suite) {
  if (!existsSync(path)) return null
  const results = { passed: [], failed: [], skipped: [] }
  for (const part of readFileSync(path, 'utf8').split('<testcase ').slice(1)) {
    const attribute = (name) => new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(part)?.[1] ?? ''
    const body = part.split('</testcase>')[0] ?? ''
    const list = /<(failure|error)\b/.test(body) ? 'failed' : /<skipped\b/.test(body) ? 'skipped' : 'passed'
    results[list].push(`${suite} > ${attribute('classname')} > ${attribute('name')}`)
  }
  return results
}
