import { checkBody } from '../../api/check.js'
import type { GenericSchema, Infer } from '../../api/schema.js'
import { problem } from './responses.js'

const MAX_BYTES = 64 * 1024

/** The validated body of a change, or the response that reports the error. */
export async function readBody<S extends GenericSchema>(
  request: Request,
  schema: S,
  maxBytes = MAX_BYTES,
): Promise<{ readonly value: Infer<S> } | Response> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') return problem(415, 'bad_body', 'The body takes JSON, as `application/json`.')
  const text = await readText(request, maxBytes)
  if (text instanceof Response) return text
  const parsed = parse(text)
  if (parsed === undefined) return problem(400, 'bad_body', 'The body is no JSON.')
  const checked = checkBody(schema, parsed)
  return 'value' in checked ? checked : problem(400, 'bad_body', checked.message)
}

async function readText(request: Request, maxBytes: number): Promise<string | Response> {
  const tooLarge = () => problem(413, 'too_large', `The body takes ${maxBytes} bytes at the most.`)
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return tooLarge()
  if (request.bodyUsed) return problem(400, 'bad_body', 'Something in front of Zenith has read the body already.')
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of (request.body ?? []) as AsyncIterable<Uint8Array>) {
      size += part.byteLength
      if (size > maxBytes) return tooLarge()
      parts.push(part)
    }
  } catch {
    return problem(400, 'bad_body', 'The body did not come to its end.')
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Undefined for invalid JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
