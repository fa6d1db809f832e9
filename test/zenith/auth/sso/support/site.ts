import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createPolicy } from '../../../../../src/api/permissions.js'
import { sqliteDriver } from '../../../../../src/archive/sqlite/driver.js'
import { saveGroup } from '../../../../../src/people/changes/groups.js'
import { People } from '../../../../../src/people/service/people.js'
import { sqlitePeople } from '../../../../../src/people/sqlite/store.js'
import {
  createZenith,
  type PeopleAuthOptions,
  type SsoOptions,
  toNodeHandler,
  type ZenithOptions,
} from '../../../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../../../src/stores/memory/index.js'
import { inlineArchive } from '../../../../support/inline-archive.js'
import { serve } from '../../../support/serve.js'
import type { Visitor } from './visitor.js'

interface SiteOptions {
  readonly sso: readonly SsoOptions[]
  readonly people?: PeopleAuthOptions
  readonly zenith?: ZenithOptions
}

/** A served Zenith with single sign-on, whose groups `staff` and `admins` have the roles viewer and admin. */
export async function openSite({ sso, people: peopleOptions, zenith: zenithOptions }: SiteOptions) {
  const dir = await mkdtemp(join(tmpdir(), 'quasar-sso-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const peopleStore = sqlitePeople({ dir })
  const store = memoryStore()
  const lines: string[] = []
  const logger = {
    info: (line: string) => lines.push(line),
    warn: (line: string) => lines.push(line),
    error: (line: string) => lines.push(line),
  }
  const zenith = createZenith({
    ...{ store, logger, alerts: false, onSetup: () => {}, ...zenithOptions },
    archive: { ...inlineArchive(sqliteDriver({ dir })), people: () => peopleStore },
    auth: { people: { sso, ...peopleOptions } },
  })
  onTestFinished(() => zenith.close())
  const { url, close } = await serve(toNodeHandler(zenith))
  onTestFinished(close)
  const policy = createPolicy({ payloads: 'operator' })
  const people = new People({ store: peopleStore, policy, sessionMs: 3_600_000, now: Date.now })
  await people.open()
  for (const [name, role] of [
    ['staff', 'viewer'],
    ['admins', 'admin'],
  ] as const) {
    const group = { name, claims: [name], grants: [{ cluster: '*', queues: null, role }] }
    await people.change((directory) => saveGroup(directory, null, group))
  }
  return {
    url,
    zenith,
    people,
    /** Of the log. */
    lines,
    users: async () => (await people.directory()).all('user'),
    /** `user action ok via` */
    async trail(): Promise<string[]> {
      const entries = await store.listAudit({ limit: 100, before: null })
      return entries
        .filter(({ step }) => step === 'result')
        .map(({ user, action, ok, via }) => `${user} ${action} ${ok} ${via}`)
        .reverse()
    },
    /** Null without a session. */
    async session(visitor: Visitor, at = url): Promise<{ user: string; role: string } | null> {
      const answer = await visitor.ask(`${at}/api/session`, { accept: 'application/json' })
      return answer.status === 200 ? (answer.json() as { user: string; role: string }) : null
    },
  }
}

export type Site = Awaited<ReturnType<typeof openSite>>
