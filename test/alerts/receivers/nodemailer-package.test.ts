import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('without the package nodemailer it says what to install, and everything else works', async () => {
  // Far from node_modules.
  const folder = mkdtempSync(join(tmpdir(), 'quasar-no-nodemailer-'))
  try {
    await build({
      configFile: false,
      logLevel: 'silent',
      build: {
        ssr: true,
        rolldownOptions: { input: { sender: join(root, 'src/alerts/receivers/sender.ts') } },
        outDir: folder,
        minify: false,
      },
    })
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(
      join(folder, 'main.js'),
      `import { createSender } from './sender.js'
      const smtp = { url: 'smtp://me:p4ss@127.0.0.1:1', from: 'alerts@example.com' }
      const sender = createSender({ allowedNetworks: [], smtp, version: '1' })
      const notification = { id: '1', event: 'test', at: 0, title: 'x', severity: 'info', rule: null, alerts: [], more: 0,
        alsoFiring: [], alsoFiringMore: 0, url: null, note: '' }
      const send = (kind, address) => sender.send({ id: 'a', name: 'a', kind, address, secret: '' }, notification)
      console.log(JSON.stringify(await send('email', 'ops@example.com')))
      console.log((await send('slack', 'https://127.0.0.1/')).text)
      await sender.close()`,
    )
    const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'main.js')], { encoding: 'utf8' })
    const [mail = '', slack] = (stdout + stderr).split('\n')
    expect(JSON.parse(mail)).toEqual({
      ...{ ok: false, status: null, mayRetry: false, retryAfterMs: null },
      text: 'A receiver for e-mail needs the package nodemailer: npm install nodemailer',
    })
    expect(slack).toBe('127.0.0.1 is not on the public internet, and alerts.allowedNetworks does not allow it.')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
