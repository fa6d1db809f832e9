import { existsSync } from 'node:fs'
import { folderOf } from '../support/installed.js'
import { runtimeProgram } from '../support/runtimes.js'
import { manifestOf } from './manifest.js'
import { type VersionSet, versionsOf } from './sets.js'

export interface Runtime {
  /** `Node 20.20.0` */
  readonly title: string
  readonly language: 'node' | 'bun' | 'deno'
  readonly version: string
  readonly path: string
}

export interface App {
  readonly title: string
  /** In `apps`. */
  readonly file: string
  readonly args: readonly string[]
  /** By whose version a cell is named. */
  readonly package: string
  readonly kind: 'http' | 'jobs' | 'queue'
  /** What the heartbeat calls it. */
  readonly framework: string | null
}

/** An app with the versions of a set. */
export interface Row {
  readonly title: string
  readonly app: App
  readonly set: VersionSet
}

const http = (title: string, name: string, args: readonly string[] = []): App => ({
  title,
  file: `${name}.mjs`,
  args,
  package: name === 'nest' ? '@nestjs/core' : name,
  kind: 'http',
  framework: name,
})

export const APPS = {
  express: http('Express', 'express'),
  fastify: http('Fastify', 'fastify'),
  hono: http('Hono', 'hono'),
  nestExpress: http('Nest on Express', 'nest', ['express']),
  nestFastify: http('Nest on Fastify', 'nest', ['fastify']),
  bullmq: { title: 'BullMQ', file: 'bullmq.mjs', args: [], package: 'bullmq', kind: 'jobs', framework: 'bullmq' },
  bull: { title: 'Bull', file: 'bull.mjs', args: [], package: 'bull', kind: 'queue', framework: null },
  sqs: { title: 'SQS', file: 'sqs.mjs', args: [], package: '@aws-sdk/client-sqs', kind: 'queue', framework: null },
} as const satisfies Readonly<Record<string, App>>

/** What is installed for this platform. Elsewhere than on linux-x64 that is the running Node. */
export function runtimes(): Runtime[] {
  const installed = Object.entries(manifestOf(folderOf('runtimes')).optionalDependencies ?? {})
    .map(([name, range]) => runtime(name, range.slice(range.lastIndexOf('@') + 1)))
    .filter(({ path }) => existsSync(path))
  const { versions, execPath } = process
  return installed.length > 0 ? installed : [{ ...runtime('node', versions.node), path: execPath }]
}

const TITLES = { node: 'Node', bun: 'Bun', deno: 'Deno' }

function runtime(name: string, version: string): Runtime {
  const language = name === 'bun' || name === 'deno' ? name : 'node'
  return { title: `${TITLES[language]} ${version}`, language, version, path: runtimeProgram(name) }
}

/** The apps with those versions of theirs that a set has. */
export function rowsOf(set: VersionSet, apps: readonly App[] = Object.values(APPS)): Row[] {
  const versions = versionsOf(set)
  return apps.flatMap((app) => {
    const version = versions[app.package]
    return version ? [{ app, set, title: `${app.title} ${version}, ioredis ${versions.ioredis}` }] : []
  })
}
