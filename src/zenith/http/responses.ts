import type { Permission, Role } from '../../api/permissions.js'

/** Responses shared by several handlers. */

export function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=utf-8' } })
}

export function problem(status: number, code: string, message: string): Response {
  return json(status, { error: { code, message } })
}

export function text(status: number, body: string): Response {
  return new Response(`${body}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

export function bare(status: number): Response {
  return text(status, status === 404 ? 'Not Found' : String(status))
}

export function notFound(): Response {
  return problem(404, 'not_found', 'There is nothing under this path.')
}

/** @param challenge value of `WWW-Authenticate` */
export function unauthorized(challenge: string): Response {
  const answer = json(401, { error: { code: 'unauthorized', message: 'Who are you?' } })
  answer.headers.set('www-authenticate', challenge)
  return answer
}

/** @param roles that have the permission */
export function forbidden(permission: Permission, roles: readonly Role[]): Response {
  return problem(
    403,
    'forbidden',
    `This takes the permission "${permission}", which the ${roles.length === 1 ? 'role' : 'roles'} ${roles.join(' and ')} ${roles.length === 1 ? 'has' : 'have'}.`,
  )
}

export function wantsHtml(request: Request): boolean {
  return request.headers.get('accept')?.includes('text/html') ?? false
}
