import { expect, it } from 'vitest'
import { commandOf } from '../../src/core/probes/child-command.js'

const line = (...args: string[]) => args.map((arg) => `${arg}\0`).join('')

it.each([
  [['/usr/bin/node', '/srv/shop/worker.js'], 'node worker.js'],
  [['node', '/srv/node_modules/bullmq/dist/cjs/classes/main.js'], 'node bullmq/main.js'],
  [['node', '/srv/node_modules/a/node_modules/@gravito/quasar/dist/x.mjs'], 'node @gravito/quasar/x.mjs'],
  [['node', '--max-old-space-size=64', '--require', './hook.js', 'app.ts', 'later.js'], 'node app.ts'],
  [['node', 'app.js', '--token', 'horse-battery'], 'node app.js'],
  [['node', '-e', 'fetch("https://x/?token=horse-battery.js")'], 'node'],
  [['sh', '-c', 'TOKEN=horse-battery node app.js'], 'sh'],
  [['sh', 'TOKEN=horse.sh'], 'sh'],
  [['curl', '-H', 'Authorization: Bearer horse-battery', 'https://example.test/a.js'], 'curl'],
  [['psql', 'postgres://ada:horse-battery@db/shop'], 'psql'],
  [['python3', '-u', '/srv/jobs/import.py', 'horse'], 'python3 import.py'],
  [['C:\\node\\node.exe', 'C:\\app\\worker.js'], 'node.exe worker.js'],
  [['nginx: worker process'], 'comm'],
  [[''], 'comm'],
])('%j is shown as %s', (args, shown) => {
  expect(commandOf(line(...args), 'comm')).toBe(shown)
})

it('shows nothing of a process whose names can’t be shown', () => {
  expect(commandOf('password=horse battery', 'a b')).toBeNull()
})

it('masks what looks like a secret', () => {
  const token = `ghp_${'a1B2'.repeat(9)}`
  expect(commandOf(line('node', `/srv/${token}.js`), 'node')).not.toContain(token)
  expect(commandOf(line(token), token)).not.toContain(token)
})
