import { createHash } from 'node:crypto'
import { documentOf, escaped, MARK } from '../login/page.js'
import { LOGIN_CSS } from '../login/style.js'

const CSS = `${LOGIN_CSS}section {
  display: grid;
  gap: 0.75rem;
  padding: 1.25rem;
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--panel);
}
`

const ICON = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="none" stroke="#4457d9" stroke-width="2.5" stroke-linecap="round">${MARK}</g></svg>`,
)}`

/** The page loads nothing: requests without a session are rejected. */
export const ASK_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(CSS).digest('base64')}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
} as const

export interface AskPage {
  /** The error, as a message; null before the first attempt. */
  readonly problem: string | null
  /** What to do, as sentences. */
  readonly advice: readonly string[]
  /** Whether the browser automatically repeats the request once. */
  readonly isAgain: boolean
}

/** The page that shows where to find the link. */
export function askPage({ problem, advice, isAgain }: AskPage): string {
  const head = `${isAgain ? '<meta http-equiv="refresh" content="0">\n    ' : ''}<link rel="icon" href="${ICON}">
    <style>${CSS}</style>`
  const alert = problem === null ? [] : [`<p class="problem" role="alert">${escaped(problem)}</p>`]
  const lines = [...alert, ...advice.map((sentence) => `<p>${escaped(sentence)}</p>`)]
  return documentOf(
    'Open Zenith by its link',
    head,
    `<section>
        ${lines.join('\n        ')}
      </section>`,
  )
}
