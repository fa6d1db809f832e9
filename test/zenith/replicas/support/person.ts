import { expect } from 'vitest'
import type { Session } from '../../../../src/api/session.js'
import { type Answer, type AskOptions, ask } from '../../support/http.js'
import { cookiesOf, formBody, formOf } from '../../support/login.js'

export const PASSWORD = 'correct horse battery'

export interface Reply<T> {
  readonly status: number
  readonly body: T
}

/** A browser, or a program with a token, in front of the load balancer. */
export class Person {
  readonly #url: string
  readonly #cookies = new Map<string, string>()
  readonly #headers: Readonly<Record<string, string>>
  /** Which Zenith answered each request, as nginx tells. */
  readonly servedBy: string[] = []

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url
    this.#headers = headers
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async ask(path: string, { headers, ...options }: AskOptions = {}): Promise<Answer> {
    const cookie = this.cookie
    const answer = await ask(this.#url + path, {
      ...options,
      headers: { ...this.#headers, ...(cookie && { cookie }), ...headers },
    })
    this.servedBy.push(String(answer.headers['x-replica']))
    for (const pair of cookiesOf(answer.headers['set-cookie'] ?? []).split('; ')) {
      const [name = '', value = ''] = pair.split('=', 2)
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return answer
  }

  /** Sends a form that was shown before, filled in. */
  async post(path: string, page: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    const { token, next } = formOf(page, [])
    return this.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      body: formBody({ token, next, ...fields }),
    })
  }

  async submit(path: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    return this.post(path, (await this.ask(path)).text, fields)
  }

  logIn(name: string, password = PASSWORD): Promise<Answer> {
    return this.submit('/login', { name, password })
  }

  async get<T>(path: string): Promise<Reply<T>> {
    const { status, json } = await this.ask(`/api/${path}`)
    return { status, body: json() as T }
  }

  /** A change, as the page sends it: with a token that another Zenith made. */
  async change<T>(path: string, body: unknown = {}): Promise<Reply<T>> {
    const { body: session } = await this.get<Session>('session')
    const { status, json } = await this.ask(`/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-zenith-token': session.token },
      body: JSON.stringify(body),
    })
    return { status, body: json() as T }
  }

  /** Asks every Zenith for the same. */
  async everywhere<T>(path: string, count: number): Promise<Reply<T>[]> {
    const from = this.servedBy.length
    const replies: Reply<T>[] = []
    for (let turn = 0; turn < count; turn++) replies.push(await this.get<T>(path))
    expect(new Set(this.servedBy.slice(from)).size).toBe(count)
    return replies
  }
}
