/** Answers that more than one handler gives. */

export function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=utf-8' } })
}

export function text(status: number, body: string): Response {
  return new Response(`${body}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

export function bare(status: number): Response {
  return text(status, status === 404 ? 'Not Found' : String(status))
}

export function notFound(): Response {
  return json(404, { error: { code: 'not_found', message: 'There is nothing under this path.' } })
}

export function wantsHtml(request: Request): boolean {
  return request.headers.get('accept')?.includes('text/html') ?? false
}
