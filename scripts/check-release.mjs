// `npm run release:check -- v1.2.3`: whether this is what a tag says it is. Says what is missing; exit code 1 then.
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const [tag = ''] = process.argv.slice(2)
const { version, repository } = JSON.parse(readFileSync('package.json', 'utf8'))
const changelog = existsSync('CHANGELOG.md') ? readFileSync('CHANGELOG.md', 'utf8') : ''
const changesets = existsSync('.changeset')
  ? readdirSync('.changeset').filter((file) => file.endsWith('.md') && file !== 'README.md')
  : []

const checks = [
  [tag === `v${version}`, `The tag is ${tag || 'missing'}, the version is ${version}: tag v${version}.`],
  [changesets.length === 0, `Not in a version yet: ${changesets.join(', ')}. Run npm run changeset -- version.`],
  [
    changelog.split('\n').includes(`## ${version}`),
    `CHANGELOG.md has no "## ${version}": npm run changeset -- version writes it.`,
  ],
  [!/^## Unreleased/m.test(changelog), 'CHANGELOG.md has an "Unreleased": what is not released stands in changesets.'],
  // npm compares it with the repository that the workflow runs in, and refuses the provenance otherwise.
  [
    typeof repository?.url === 'string' && repository.url !== '',
    'package.json has no repository.url: npm needs the public one for the provenance.',
  ],
]

const problems = checks.filter(([isRight]) => !isRight).map(([, problem]) => problem)
for (const problem of problems) process.stdout.write(`${problem}\n`)
process.exitCode = problems.length === 0 ? 0 : 1
