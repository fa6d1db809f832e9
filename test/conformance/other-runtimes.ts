import { existsSync } from 'node:fs'
import { type OtherRuntime, runtimeProgram } from '../support/runtimes.js'
import type { HttpHost } from './http-adapter.js'

const express = {
  framework: 'express',
  guarded: 'GET /admin',
  mounted: 'GET /mounted',
  unparsable: '(unmatched)',
}
const hono = {
  framework: 'hono',
  guarded: 'GET /admin/:section',
  mounted: 'GET /mounted/*',
  unparsable: 'POST /orders',
}

/** What the server of the runtime itself tells nobody. */
const untold = { bun: ['last byte', 'left in the body'], deno: ['left in the body', 'left in the upload'] } as const

/** Those that are installed for this platform. */
export const OTHER_RUNTIMES = (['bun', 'deno'] as const).filter((name) => existsSync(runtimeProgram(name)))

export const onExpress = (version: string, runtime: OtherRuntime): [string, HttpHost] => [
  `${version} on ${runtime}`,
  { file: `${version}/server.mjs`, runtime, ...express },
]

export const onNodeServer = (version: string, runtime: OtherRuntime): [string, HttpHost] => [
  `${version} on ${runtime}, @hono/node-server`,
  { file: `${version}/server.mjs`, runtime, ...hono },
]

/** On `Bun.serve` and `Deno.serve`. */
export const onOwnServer = (version: string, runtime: OtherRuntime): [string, HttpHost] => [
  `${version} on ${runtime}, its own server`,
  { file: `${version}/server.mjs`, runtime, args: ['native'], untold: untold[runtime], ...hono },
]
