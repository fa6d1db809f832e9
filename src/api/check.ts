import * as v from 'valibot'

/** A validated body, or a message about the first invalid value. */
export type Checked<T> = { readonly value: T } | { readonly message: string }

/** Validates the body of a change against its schema. */
export function checkBody<S extends v.GenericSchema>(schema: S, body: unknown): Checked<v.InferOutput<S>> {
  const result = v.safeParse(schema, body, { abortEarly: true, abortPipeEarly: true })
  if (result.success) return { value: result.output }
  const [issue] = result.issues
  if (!issue.path) return { message: 'The body takes a JSON object.' }
  return { message: `\`${pathOf(issue.path).slice(0, 80)}\` ${issue.message}` }
}

/** `selection.ids[3]` */
function pathOf(path: readonly { readonly type: string; readonly key: unknown }[]): string {
  return path.map(({ type, key }, index) => (type === 'array' ? `[${key}]` : `${index > 0 ? '.' : ''}${key}`)).join('')
}
