import type { OptionSpec } from '../arguments/options.js'

/** What a field takes: `true` takes nothing else, as `flag` takes `false`, too. */
export type Kind = 'text' | 'number' | 'flag' | 'true' | 'list'

/** A field with a value, read as the option of a command is. */
export interface Leaf<T = unknown> {
  readonly spec: Pick<OptionSpec<T>, 'read' | 'isSecret' | 'default'>
  readonly kinds: readonly Kind[]
}

/** A list of maps. */
export interface Items {
  readonly items: Shape
  readonly max: number
}

/** The fields of a map. */
export interface Shape {
  readonly [name: string]: Leaf | Items | Shape
}

export function isLeaf(field: Leaf | Items | Shape): field is Leaf {
  return 'spec' in field
}

export function isItems(field: Items | Shape): field is Items {
  return 'max' in field && typeof field.max === 'number'
}

/** Paths of all leaves, `auth.sso.issuer`; those of items as `clusters[].id`. */
export function pathsOf(shape: Shape, prefix = ''): readonly string[] {
  return Object.entries(shape).flatMap(([name, field]) => {
    const path = `${prefix}${name}`
    if (isLeaf(field)) return [path]
    return isItems(field) ? [path, ...pathsOf(field.items, `${path}[].`)] : pathsOf(field, `${path}.`)
  })
}
