import { expect, test } from 'vitest'
import { runWithoutPackages } from '../../support/without-packages.js'

test('without the package nodemailer it says what to install, and everything else works', async () => {
  const printed = await runWithoutPackages(
    'src/alerts/receivers/sender.ts',
    `import { createSender } from './module.js'
      const smtp = { url: 'smtp://me:p4ss@127.0.0.1:1', from: 'alerts@example.com' }
      const sender = createSender({ allowedNetworks: [], smtp, version: '1' })
      const notification = { id: '1', event: 'test', at: 0, title: 'x', severity: 'info', rule: null, alerts: [], more: 0,
        alsoFiring: [], alsoFiringMore: 0, url: null, note: '' }
      const send = (kind, address) => sender.send({ id: 'a', name: 'a', kind, address, secret: '' }, notification)
      console.log(JSON.stringify(await send('email', 'ops@example.com')))
      console.log((await send('slack', 'https://127.0.0.1/')).text)
      await sender.close()`,
  )
  const [mail = '', slack] = printed.split('\n')
  expect(JSON.parse(mail)).toEqual({
    ...{ ok: false, status: null, mayRetry: false, retryAfterMs: null },
    text: 'A receiver for e-mail needs the package nodemailer: npm install nodemailer',
  })
  expect(slack).toBe('127.0.0.1 is not on the public internet, and alerts.allowedNetworks does not allow it.')
})
