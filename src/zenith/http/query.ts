import { MAX_TIME } from '../../protocol/limits.js'

/** JSON Schema of a parameter, with the keywords in use here. */
export interface ParameterSchema {
  readonly description: string
  readonly type: 'string' | 'integer'
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly default?: string | number
}

/** One parameter of a query. */
export interface Parameter<T> {
  readonly schema: ParameterSchema
  /** Readable description, after "takes". */
  readonly takes: string
  /** The value if the parameter is missing. */
  readonly fallback: T
  /** Then a missing value is an error. */
  readonly isRequired?: boolean
  /** @returns undefined if the value is invalid */
  readonly read: (value: string) => T | undefined
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>
export type Values<P extends Parameters> = { readonly [K in keyof P]: P[K]['fallback'] }

const MAX_TEXT = 200

/** Any non-empty string; null if missing. */
export function textParameter(description: string, maxLength = MAX_TEXT): Parameter<string | null> {
  return {
    schema: { description, type: 'string', maxLength },
    takes: `text of 1 to ${maxLength} characters`,
    fallback: null,
    read: (value) => (value.length > 0 && value.length <= maxLength ? value : undefined),
  }
}

/** One of several words; null if missing. */
export function choiceParameter<T extends string>(values: readonly T[], description: string): Parameter<T | null> {
  return {
    schema: { description, type: 'string', enum: values },
    takes: values.map((value) => `\`${value}\``).join(' or '),
    fallback: null,
    read: (value) => values.find((one) => one === value),
  }
}

/** One of several words, with a default. */
export function wordParameter<const T extends string>(
  values: readonly T[],
  fallback: T,
  description: string,
): Parameter<T> {
  const { schema, takes, read } = choiceParameter(values, description)
  return { schema: { ...schema, default: fallback }, takes, fallback, read: (value) => read(value) ?? undefined }
}

export function wholeParameter(min: number, max: number, fallback: number, description: string): Parameter<number> {
  return {
    schema: { description, type: 'integer', minimum: min, maximum: max, default: fallback },
    takes: `a whole number from ${min} to ${max}`,
    fallback,
    read(value) {
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
      return number >= min && number <= max ? number : undefined
    },
  }
}

/** A time; null if missing. */
export function timeParameter(description: string): Parameter<number | null> {
  return {
    schema: { description, type: 'integer', minimum: 1, maximum: MAX_TIME },
    takes: 'a time in Unix ms',
    fallback: null,
    read(value) {
      const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN
      return number >= 1 && number <= MAX_TIME ? number : undefined
    },
  }
}

/** The same parameter as a required one. */
export function required<T>(parameter: Parameter<T | null>): Parameter<T> {
  const { read } = parameter
  return { ...parameter, isRequired: true, fallback: undefined as T, read: (value) => read(value) ?? undefined }
}

/** @returns the values, or a readable error */
export function readQuery<P extends Parameters>(parameters: P, url: URL): Values<P> | string {
  const known = Object.keys(parameters)
  for (const name of new Set(url.searchParams.keys())) {
    if (!Object.hasOwn(parameters, name)) return unknownParameter(name, known)
    if (url.searchParams.getAll(name).length > 1) return `\`${name}\` is given more than once.`
  }
  const values: Record<string, unknown> = {}
  for (const [name, parameter] of Object.entries(parameters)) {
    const given = url.searchParams.get(name)
    const value = given === null ? parameter.fallback : parameter.read(given)
    if (value === undefined) return `\`${name}\` takes ${parameter.takes}.`
    values[name] = value
  }
  return values as Values<P>
}

function unknownParameter(name: string, known: readonly string[]): string {
  const takes = known.length > 0 ? known.map((one) => `\`${one}\``).join(', ') : 'no parameters'
  return `\`${name.slice(0, 50)}\` is not known; this takes ${takes}.`
}
