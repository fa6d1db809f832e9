import { expect, test } from 'vitest'
import { runWithoutPackages } from '../../../support/without-packages.js'

test('without the package openid-client a log-in names what to install, and GitHub needs none', async () => {
  const printed = await runWithoutPackages(
    'test/zenith/auth/sso/support/providers.ts',
    `import { githubProvider, oidcProvider } from './module.js'
      const client = { clientId: 'z', clientSecret: 's3cret' }
      const round = { provider: 'x', redirectUri: 'http://localhost/callback', next: './', state: 's', nonce: 'n', verifier: 'v' }
      const oidc = oidcProvider({ id: 'x', name: 'X', issuer: 'http://127.0.0.1:1', ...client })
      await oidc.authorizationUrl(round).catch((error) => console.log(error.code + ': ' + error.message))
      const github = githubProvider({ id: 'gh', kind: 'github', ...client })
      console.log((await github.authorizationUrl(round)).origin)`,
  )
  expect(printed).toBe(
    'setup: Single sign-on needs the package openid-client: npm install openid-client\nhttps://github.com\n',
  )
})
