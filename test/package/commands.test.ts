import { readFileSync, statSync } from 'node:fs'
import { expect, it } from 'vitest'

const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts

it.each(['npm ci && npm run demo', 'npm ci && npm test'])('the README shows %s', (command) => {
  expect(readFileSync('README.md', 'utf8')).toContain(command)
})

it('continuous integration calls the test command of the README and nothing else', () => {
  const lines = readFileSync('.ci/run', 'utf8').trim().split('\n')
  const preparation = ['#!/usr/bin/env bash', 'set -euo pipefail', 'cd "$(dirname "$0")/.."']
  expect(lines).toEqual([...preparation, 'npm ci && npm test'])
  expect(statSync('.ci/run').mode & 0o111).not.toBe(0)
})

it.each(['README.md', 'CONTRIBUTING.md', 'examples/demo/README.md'])('%s names only scripts that exist', (file) => {
  const named = [...readFileSync(file, 'utf8').matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name)
  expect(named.filter((name) => !(name in scripts))).toEqual([])
})
