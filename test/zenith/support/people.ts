import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import type { PeopleChanged } from '../../../src/api/people.js'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { sqlitePeople } from '../../../src/people/sqlite/store.js'
import type { Archive } from '../../../src/ports/index.js'
import { createZenith, type Zenith, type ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { inlineArchive } from '../../support/inline-archive.js'
import { cookiesOf, formBody, formOf } from './login.js'
import { present } from './records.js'
import { INTERVAL } from './zenith.js'

export const PASSWORD = 'correct horse battery'
const HOST = 'http://zenith.test'

/** A browser without a page: it keeps cookies. */
export class Browser {
  #cookies = new Map<string, string>()
  readonly #zenith: Zenith

  constructor(zenith: Zenith) {
    this.#zenith = zenith
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.#cookies.size > 0)
      headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const answer = await this.#zenith.fetch(new Request(HOST + path, { ...init, headers }), { peer: '127.0.0.1' })
    for (const pair of cookiesOf(answer.headers.getSetCookie()).split('; ').filter(Boolean)) {
      const [name = '', value = ''] = pair.split('=', 2)
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return answer
  }

  /** Sends the form of a page, filled in. */
  async submit(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const page = await this.fetch(path)
    const { token, next } = formOf(await page.text(), [])
    return this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      body: formBody({ token, next, ...fields }),
    })
  }

  logIn(name: string, password = PASSWORD): Promise<Response> {
    return this.submit('/login', { name, password })
  }

  async get<T>(path: string): Promise<{ readonly status: number; readonly body: T }> {
    const answer = await this.fetch(path)
    return { status: answer.status, body: (await answer.json()) as T }
  }

  /** A change, as the page sends it. */
  async post<T = PeopleChanged>(path: string, body: unknown): Promise<{ readonly status: number; readonly body: T }> {
    const { body: session } = await this.get<{ token: string }>('/api/session')
    const answer = await this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-zenith-token': session.token },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: (await answer.json()) as T }
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)
  }
}

export interface OpenPeopleOptions extends ZenithOptions {
  readonly archive?: Archive
}

/** A Zenith with users in SQLite, and its first admin `ada`, logged in. */
export async function openPeople(options: OpenPeopleOptions = {}) {
  const { zenith, setup } = openEmpty(options)
  const path = await setup()
  const admin = new Browser(zenith)
  await admin.submit(path, { name: 'ada', password: PASSWORD, again: PASSWORD })
  return {
    zenith,
    admin,
    browser: () => new Browser(zenith),
    /** Adds a user who sets a password and is logged in. */
    async user(name: string, grants: readonly object[], groups: readonly string[] = []) {
      const { body } = await admin.post('/api/people/users', { action: 'add', name, grants, groups })
      const browser = new Browser(zenith)
      await browser.submit(`/${present(body.link)}`, { password: PASSWORD, again: PASSWORD })
      return { id: present(body.id), browser }
    },
  }
}

/** A Zenith with users in SQLite, but none yet. */
export function openEmpty(options: OpenPeopleOptions = {}) {
  const paths: string[] = []
  const archive = options.archive ?? peopleArchive(mkdtempSync(join(tmpdir(), 'quasar-people-')))
  const zenith = createZenith({
    ...{ auth: { people: {} }, interval: INTERVAL, store: memoryStore(), logger: false },
    ...options,
    archive,
    onSetup: (path) => paths.push(path),
  })
  onTestFinished(() => zenith.close())
  return {
    zenith,
    archive,
    /** Path of the link for the first admin. */
    setup: () => vi.waitFor(() => `/${present(paths.at(-1))}`),
    paths,
  }
}

/** An archive in SQLite with a place for users, without its threads. */
export function peopleArchive(dir: string): Archive {
  return { ...inlineArchive(sqliteDriver({ dir })), people: () => sqlitePeople({ dir }) }
}
