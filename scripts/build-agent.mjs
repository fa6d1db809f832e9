// `npm run build:agent`: the agent's static binaries in agent/dist, with their checksums. Needs Go.
//   --target linux/amd64   only that one; may be given several times
//   --deb                  a Debian package of each binary for Linux, too
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { root, show } from './languages/programs.mjs'

const TARGETS = ['linux/amd64', 'linux/arm64', 'darwin/amd64', 'darwin/arm64']
const NFPM = 'github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.48.0'
export const AGENT_VERSION = '0.1.0'
const VERSION_NAME = 'github.com/gravito-framework/quasar/agent/internal/agent.Version'

const dist = join(root, 'agent/dist')

/** Builds one binary. @param target as in `linux/amd64` @param out its path @returns whether it was built */
export function buildAgent(target, out) {
  const [GOOS, GOARCH] = target.split('/')
  const flags = ['-trimpath', '-ldflags', `-s -w -X ${VERSION_NAME}=${AGENT_VERSION}`, '-o', out]
  const env = { ...process.env, CGO_ENABLED: '0', GOOS, GOARCH }
  return show('go', ['build', ...flags, './cmd/quasar-agent'], { cwd: join(root, 'agent'), env }) === 0
}

function buildPackage(target, binary) {
  const [, ARCH] = target.split('/')
  const unit = readFileSync(join(root, 'deploy/systemd/quasar-agent.service'), 'utf8')
  writeFileSync(join(dist, 'quasar-agent.service'), unit.replaceAll('/usr/local/bin/', '/usr/bin/'))
  const env = { ...process.env, ARCH, VERSION: AGENT_VERSION, BINARY: binary, DIST: dist }
  const flags = ['--config', 'deploy/packages/nfpm.yaml', '--packager', 'deb', '--target', dist]
  return show('go', ['run', NFPM, 'package', ...flags], { cwd: root, env }) === 0
}

function main() {
  const { values } = parseArgs({ options: { target: { type: 'string', multiple: true }, deb: { type: 'boolean' } } })
  const targets = values.target ?? TARGETS
  const unknown = targets.find((target) => !TARGETS.includes(target))
  if (unknown) return `There is no target "${unknown}". Choose from ${TARGETS.join(', ')}.`
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist, { recursive: true })
  const sums = []
  for (const target of targets) {
    const name = `quasar-agent-${target.replace('/', '-')}`
    const binary = join(dist, name)
    if (!buildAgent(target, binary)) return `Building ${name} failed: is Go installed?`
    if (values.deb && target.startsWith('linux/') && !buildPackage(target, binary)) return `Packaging ${name} failed`
    sums.push(`${createHash('sha256').update(readFileSync(binary)).digest('hex')}  ${name}\n`)
  }
  writeFileSync(join(dist, 'SHA256SUMS'), sums.join(''))
  return null
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = main()
  if (problem) process.stderr.write(`${problem}\n`)
  process.exitCode = problem ? 1 : 0
}
