import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { ensureBuilt } from '../support/pack.js'

/** How much more than last time a request may take: on a quiet machine counts repeat to 0.2 %. */
const TOLERANCE = 1.01

type Costs = Readonly<Record<string, { readonly instructions: number }>>

/** Instructions with Quasar as a ratio to those of the bare framework, by framework. Measured on Node 20. */
const BASELINE = JSON.parse(readFileSync('bench/instructions/baseline.json', 'utf8')) as Record<string, number>

const major = process.versions.node.split('.')[0] ?? ''

// A busy machine adds up to 1.5 %: this test runs alone (vitest.config.ts).
it.skipIf(major !== '20')('a request takes no more instructions than it did', async ({ skip }) => {
  await ensureBuilt()
  const folder = mkdtempSync(join(tmpdir(), 'quasar-instructions-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const report = join(folder, 'report.json')
  const frameworks = Object.keys(BASELINE)
  const args = ['--frameworks', frameworks.join(), '--variants', 'quasar', '--nodes', major, '--json', report]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['bench/instructions/main.mjs', ...args])
  const reason = /^Skipped: (.*)$/m.exec(stdout)?.[1]
  if (reason) skip(`Instructions can't be counted here: ${reason}`)
  const { results } = JSON.parse(readFileSync(report, 'utf8')) as { results: Record<string, Record<string, Costs>> }
  for (const framework of frameworks) {
    const { bare, quasar } = results[framework]?.[major] ?? {}
    const ratio = (quasar?.instructions ?? Number.NaN) / (bare?.instructions ?? Number.NaN)
    expect(ratio, `${framework}\n${stdout}${stderr}`).toBeLessThan((BASELINE[framework] ?? 0) * TOLERANCE)
  }
})
