import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Whether the agent can be built here: it needs Go 1.24 or newer. */
export const hasGo = /go1\.(2[4-9]|[3-9]\d)/.test(
  spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout ?? '',
)

let built: string | null = null

/** Path of the agent for this machine, built once in a process. */
export function agentBinary(): string {
  built ??= build()
  return built
}

function build(): string {
  const binary = join(mkdtempSync(join(tmpdir(), 'quasar-agent-')), 'quasar-agent')
  const env = { ...process.env, CGO_ENABLED: '0' }
  const flags = ['-trimpath', '-ldflags', '-s -w', '-o', binary]
  const { status, stderr } = spawnSync('go', ['build', ...flags, './cmd/quasar-agent'], {
    cwd: resolve('agent'),
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The agent can't be built: ${stderr}`)
  return binary
}
