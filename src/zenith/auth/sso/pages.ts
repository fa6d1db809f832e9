import { html } from '../login/forms.js'
import { escaped, page, problemLine } from '../login/page.js'

/** A log-in that failed. */
export function failedPage(status: number, problem: string): Response {
  return html(
    status,
    page('Log in', `<div class="box">${problemLine(problem)}<a href="./login">Back to the log-in</a></div>`),
  )
}

/**
 * Leads on to a page of Zenith. A browser sends a strict cookie with no navigation that another site began, and redirects belong to it: a
 * page of Zenith begins a new one.
 *
 * @param next relative to the page
 */
export function enteredPage(next: string): Response {
  return html(
    200,
    page(
      'Log in',
      `<div class="box"><p>You are logged in.</p><a href="${escaped(next)}">Open the page</a></div>`,
      next,
    ),
  )
}

/** Leads on to the provider. A redirect would be refused by the policy of the form that was sent. */
export function leavingPage(url: string, provider: string): Response {
  const name = escaped(provider)
  return html(
    200,
    page(
      'Log out',
      `<div class="box"><p>You are logged out of Zenith.</p><a href="${escaped(url)}">Log out of ${name}, too</a></div>`,
      url,
    ),
  )
}
