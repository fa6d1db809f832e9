import { problem } from '../../http/responses.js'

/** Returned even if the guess was right: otherwise the response would reveal it. @param wait ms */
export function tooMany(wait: number): Response {
  return later(problem(429, 'too_many_guesses', tooManyWords(wait)), wait)
}

/** @param wait ms */
export function later(answer: Response, wait: number): Response {
  answer.headers.set('retry-after', String(Math.ceil(wait / 1_000)))
  return answer
}

/** @param wait ms */
export function tooManyWords(wait: number): string {
  return `Too many attempts. Please wait ${Math.ceil(wait / 1_000)} seconds and try again.`
}
