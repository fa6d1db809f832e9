import { MIN_PASSWORD_CHARS } from '../../../api/people.js'
import { acceptInvite, openInvite } from '../../../people/changes/invites.js'
import { isPeopleError } from '../../../people/errors.js'
import { nameKey } from '../../../people/names.js'
import { hashPassword } from '../../../people/password.js'
import type { People } from '../../../people/service/people.js'
import type { Origin } from '../../http/context.js'
import type { Guessing } from '../guesses/limit.js'
import { later, tooManyWords } from '../guesses/too-many.js'
import { FOREIGN, type Forms, html, isGet, notAllowed } from '../login/forms.js'
import type { OnLogin } from '../login/login.js'
import { escaped, page, problemLine } from '../login/page.js'
import { seeOther } from '../login/redirect.js'

export interface JoinParts extends Guessing {
  readonly people: People
  readonly forms: Forms
  readonly onLogin: OnLogin
  /** Begins the session of a user who has just set a password. */
  readonly enter: (request: Request, origin: Origin, user: string, answer: Response) => Promise<void>
}

/** The page of a one-time link: a user sets a password, or the first admin takes a name and one. */
export class Join {
  readonly #parts: JoinParts

  constructor(parts: JoinParts) {
    this.#parts = parts
  }

  async answer(request: Request, origin: Origin): Promise<Response> {
    const secret = new URL(request.url).searchParams.get('link') ?? ''
    if (!isGet(request) && request.method !== 'POST') return notAllowed('GET, HEAD, POST')
    const wait = await this.#waitOf(request, origin, secret)
    if (wait > 0) return later(ended(tooManyWords(wait), 429), wait)
    const user = await this.#userOf(secret)
    if (user === undefined) return ended('This link was used already, or has expired. Ask for a new one.', 410)
    if (isGet(request)) return this.#show(request, 200, { user, name: '', problem: null })
    return this.#set(request, origin, { secret, user })
  }

  /** Wrong links count as guesses. A right one is never refused, because 256 bits cannot be guessed. */
  async #waitOf(request: Request, origin: Origin, secret: string): Promise<number> {
    const { limit, addressOf } = this.#parts
    if ((await this.#userOf(secret)) !== undefined) return 0
    const guess = { account: '\0join', label: 'a link', address: addressOf(request, origin), device: null }
    return (await limit.begin(guess)).wait
  }

  /** Name of the link's user; null for the first admin, undefined if the link does not open. */
  async #userOf(secret: string): Promise<string | null | undefined> {
    const { people } = this.#parts
    const directory = await people.directory()
    try {
      const { user } = openInvite(directory, secret, people.policy, people.now)
      return user === null ? null : (directory.get('user', user)?.name ?? undefined)
    } catch (error) {
      if (isPeopleError(error)) return undefined
      throw error
    }
  }

  async #set(
    request: Request,
    origin: Origin,
    { secret, user }: { readonly secret: string; readonly user: string | null },
  ): Promise<Response> {
    const { people, forms, enter, addressOf, onLogin } = this.#parts
    const form = await forms.read(request)
    const { name = '', password = '', again = '' } = form ?? {}
    const problem = form ? passwordProblem(password, again, user ?? name) : FOREIGN
    if (problem !== null) return this.#show(request, form ? 400 : 403, { user, name, problem })
    const hash = await hashPassword(password)
    try {
      const id = await people.change((directory, now) =>
        acceptInvite(
          directory,
          { secret, name: user === null ? name : null, password: hash, policy: people.policy },
          now,
        ),
      )
      const from = { action: 'set password', via: 'link', address: addressOf(request, origin) } as const
      await onLogin(user ?? name, from, true)
      const answer = seeOther('./')
      await enter(request, origin, id, answer)
      return answer
    } catch (error) {
      if (!isPeopleError(error)) throw error
      return this.#show(request, 400, { user, name, problem: error.message })
    }
  }

  #show(request: Request, status: number, fields: Omit<JoinPage, 'token'>): Response {
    return this.#parts.forms.show(request, status, (token) => joinPage({ token, ...fields }))
  }
}

/** @returns a readable error; null if the password will do */
export function passwordProblem(password: string, again: string, name: string): string | null {
  if ([...password].length < MIN_PASSWORD_CHARS) return `The password takes ${MIN_PASSWORD_CHARS} characters or more.`
  if (password.length > 1_000) return 'The password takes at most 1000 characters.'
  if (name !== '' && nameKey(password).includes(nameKey(name))) return 'The password takes a text without your name.'
  return password === again ? null : 'The two passwords differ.'
}

function ended(problem: string, status: number): Response {
  return html(status, page('Link', `<div class="box">${problemLine(problem)}<a href="./">Back to the page</a></div>`))
}

interface JoinPage {
  readonly token: string
  /** Null: the first admin, who takes a name. */
  readonly user: string | null
  readonly name: string
  readonly problem: string | null
}

function joinPage({ token, user, name, problem }: JoinPage): string {
  const who =
    user === null
      ? `<label for="name">Name</label>
        <input id="name" name="name" type="text" value="${escaped(name)}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="100" required autofocus>`
      : `<p>You are <strong><bdi>${escaped(user)}</bdi></strong>.</p>
        <input type="hidden" name="username" value="${escaped(user)}" autocomplete="username">`
  return page(
    user === null ? 'Create the first admin' : 'Set your password',
    `<form method="post">
        ${problemLine(problem)}
        <input type="hidden" name="token" value="${escaped(token)}">
        ${who}
        <label for="password">Password, ${MIN_PASSWORD_CHARS} characters or more</label>
        <input id="password" name="password" type="password" autocomplete="new-password" minlength="${MIN_PASSWORD_CHARS}" maxlength="1000" required${user === null ? '' : ' autofocus'}>
        <label for="again">The same password again</label>
        <input id="again" name="again" type="password" autocomplete="new-password" maxlength="1000" required>
        <button type="submit">Save and log in</button>
      </form>`,
  )
}
