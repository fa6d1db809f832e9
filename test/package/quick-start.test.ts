import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { gracefulApps } from '../life-cycle/apps.js'
import { blocksOf } from '../support/docs-blocks.js'

const PAGE = 'docs/quick-start.md'

/** Apps that other tests end by a signal and expect to leave, line by line. */
const ended = [
  ...Object.values(gracefulApps).map(({ source }) => source),
  ...readdirSync('examples', { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!demo.*)\.(mjs|ts)$/.test(file) && !file.includes('node_modules'))
    .map((file) => readFileSync(join('examples', file), 'utf8')),
].flatMap((source) => source.split('\n').map((line) => line.trim()))

it('shuts apps down by lines that are tested', () => {
  const blocks = blocksOf(PAGE, 'js shutdown')
  expect(blocks).toHaveLength(5)
  const lines = blocks
    .flatMap((block) => block.split('\n'))
    .filter((line) => /signal|SIGTERM|Shutdown|monitor/i.test(line))
  expect(lines.length).toBeGreaterThan(8)
  expect(lines.filter((line) => !ended.includes(line))).toEqual([])
})
