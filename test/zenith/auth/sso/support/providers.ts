/** One module for a program that runs without node_modules. */
export { githubProvider } from '../../../../../src/zenith/auth/sso/github.js'
export { oidcProvider } from '../../../../../src/zenith/auth/sso/oidc.js'
