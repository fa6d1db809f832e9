/** Contents of the log-in pages; user input is escaped where it is inserted. */
export interface LoginPage {
  /** Sent back with the form. */
  readonly token: string
  /** Where to go afterwards, below the mount. */
  readonly next: string
  /** The name entered before. */
  readonly name: string
  /** The error, as a message. */
  readonly problem: string | null
  /** Ways to log in besides a password. */
  readonly ways: readonly LoginWay[]
}

/** Single sign-on by a provider. */
export interface LoginWay {
  /** Lower-case letters, digits and hyphens. */
  readonly id: string
  /** `GitHub`: on the button. */
  readonly name: string
}

export function loginPage({ token, next, name, problem, ways }: LoginPage): string {
  return page(
    'Log in',
    `<form method="post" action="./login">
        ${problemLine(problem)}
        <input type="hidden" name="token" value="${escaped(token)}">
        <input type="hidden" name="next" value="${escaped(next)}">
        <label for="name">Name</label>
        <input id="name" name="name" type="text" value="${escaped(name)}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="100" required${name === '' ? ' autofocus' : ''}>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required${name === '' ? '' : ' autofocus'}>
        <button type="submit">Log in</button>
      </form>${wayLinks(ways, next)}`,
  )
}

function wayLinks(ways: readonly LoginWay[], next: string): string {
  const query = next === '' ? '' : `&amp;next=${encodeURIComponent(next)}`
  return ways
    .map(({ id, name }) => `\n      <a class="way" href="./login?with=${id}${query}">Log in with ${escaped(name)}</a>`)
    .join('')
}

export function problemLine(problem: string | null): string {
  return problem === null ? '' : `<p class="problem" role="alert">${escaped(problem)}</p>`
}

export function logoutPage(token: string, name: string): string {
  return page(
    'Log out',
    `<form method="post" action="./logout">
        <p>You are logged in as <strong><bdi>${escaped(name)}</bdi></strong>.</p>
        <input type="hidden" name="token" value="${escaped(token)}">
        <button type="submit">Log out</button>
        <a href="./">Back to the page</a>
      </form>`,
  )
}

/** The same arc and star as on Zenith's page. */
export const MARK = `<path d="M4 26a12 12 0 0 1 24 0" class="arc"/><path d="M10.5 26a5.5 5.5 0 0 1 11 0" class="arc dim"/><path d="M16 2l1.5 4.5L22 8l-4.5 1.5L16 14l-1.5-4.5L10 8l4.5-1.5z" class="star"/>`

/** @param next where the page leads at once, without a click */
export function page(title: string, form: string, next?: string): string {
  return documentOf(
    title,
    `${next === undefined ? '' : `<meta http-equiv="refresh" content="0; url=${escaped(next)}">\n    `}<link rel="icon" type="image/svg+xml" href="./favicon.svg">
    <link rel="stylesheet" href="./login.css">`,
    form,
  )
}

/** A page with a mark, a heading and a box. @param head what it loads; @param box HTML */
export function documentOf(title: string, head: string, box: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>${title} · Zenith</title>
    ${head}
  </head>
  <body>
    <main>
      <p class="wordmark"><svg viewBox="0 0 32 32" aria-hidden="true">${MARK}</svg>Zenith</p>
      <h1>${title}</h1>
      ${box}
    </main>
  </body>
</html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
