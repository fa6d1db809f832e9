import { Problem } from '../arguments/command.js'
import { type Expanded, expand } from './expand.js'
import { pathOf, shownPath } from './parse.js'
import { type Items, isItems, isLeaf, type Kind, type Leaf, pathsOf, type Shape } from './shape.js'
import { suggestionFor } from './suggest.js'
import type { Complain, Entry, Place, Tree } from './tree.js'

/** A field that the file has. */
export interface Setting {
  readonly at: Place
  /** As the option of the command line would have it; lists with commas. */
  readonly text: string
  readonly value: unknown
  readonly isSecret: boolean
}

/** By path: `listen.port`, `clusters[1].redis`. */
export type Settings = ReadonlyMap<string, Setting>

const KINDS: Readonly<Record<Kind, string>> = {
  text: 'a text',
  number: 'a number',
  flag: 'true or false',
  true: 'true',
  list: 'a list of texts',
}

/** Reads what a shape describes; complains of everything else. Fields with problems are left out. */
export function readShape(tree: Tree, shape: Shape, env: NodeJS.ProcessEnv, complain: Complain): Settings {
  const reader = new Reader(pathsOf(shape), env, complain)
  reader.map(tree, shape, '')
  return reader.settings
}

class Reader {
  readonly settings = new Map<string, Setting>()
  readonly #paths: readonly string[]
  readonly #env: NodeJS.ProcessEnv
  readonly #complain: Complain

  constructor(paths: readonly string[], env: NodeJS.ProcessEnv, complain: Complain) {
    this.#paths = paths
    this.#env = env
    this.#complain = complain
  }

  map(tree: Tree, shape: Shape, path: string): void {
    if (isEmpty(tree)) return
    if (tree.kind !== 'map') {
      this.#complain(
        tree.at,
        path || null,
        `takes the fields ${Object.keys(shape).join(', ')}: this is ${nameOf(tree)}`,
      )
      return
    }
    for (const entry of tree.entries) this.#entry(entry, shape, path)
  }

  #entry({ key, at, value }: Entry, shape: Shape, path: string): void {
    const own = pathOf(path, key)
    const field = Object.hasOwn(shape, key) ? shape[key] : undefined
    if (field === undefined) this.#unknown(key, at, path)
    else if (isLeaf(field)) this.#leaf(value, field, own)
    else if (isItems(field)) this.#items(value, field, own)
    else this.map(value, field, own)
  }

  #unknown(key: string, at: Place, path: string): void {
    const prefix = path === '' ? '' : `${path.replace(/\[\d+\]/g, '[]')}.`
    const meant = suggestionFor(key, prefix, this.#paths)
    const where = meant?.startsWith(prefix) ? pathOf(path, meant.slice(prefix.length)) : meant
    this.#complain(at, shownPath(pathOf(path, key)), `is no setting${where ? `; did you mean ${where}?` : ''}`)
  }

  #items(tree: Tree, { items, max }: Items, path: string): void {
    if (tree.kind !== 'list' || tree.items.length === 0 || tree.items.length > max) {
      const count = tree.kind === 'list' ? `${tree.items.length}` : nameOf(tree)
      this.#complain(tree.at, path, `takes a list of 1 to ${max}: this is ${count}`)
      return
    }
    for (const [index, item] of tree.items.entries()) {
      const own = `${path}[${index}]`
      if (isEmpty(item)) this.#complain(item.at, own, 'is empty')
      else this.map(item, items, own)
    }
  }

  #leaf(tree: Tree, leaf: Leaf, path: string): void {
    const text = this.#text(tree, leaf.kinds, path)
    if (text === null) return
    try {
      const isTrue = leaf.kinds.includes('true') && tree.kind === 'value' && tree.value === true
      const value = isTrue ? true : leaf.spec.read(text)
      this.settings.set(path, { at: tree.at, text, value, isSecret: leaf.spec.isSecret ?? false })
    } catch (error) {
      this.#complain(tree.at, path, `takes ${error instanceof Error ? error.message : error}`)
    }
  }

  /** @returns null if it is of another kind */
  #text(tree: Tree, kinds: readonly Kind[], path: string): string | null {
    if (tree.kind === 'list' && kinds.includes('list')) return this.#list(tree.items, path)
    if (tree.kind === 'value' && typeof tree.value === 'string') {
      const expanded = this.#expanded(tree.value, tree.at, path)
      if (!expanded) return null
      // A variable has texts only.
      if (expanded.isExpanded || kinds.includes('text')) return expanded.text
    } else if (tree.kind === 'value' && fits(tree.value, kinds)) return String(tree.value)
    this.#complain(tree.at, path, `takes ${takesOf(kinds, tree)}: this is ${nameOf(tree)}`)
    return null
  }

  #list(items: readonly Tree[], path: string): string | null {
    const texts = items.map((item, index) => this.#item(item, `${path}[${index}]`))
    if (items.length > 0 && texts.every((text) => text !== null)) return texts.join(',')
    return items.length > 0 ? null : ''
  }

  #item(item: Tree, path: string): string | null {
    if (item.kind === 'value' && typeof item.value === 'string')
      return this.#expanded(item.value, item.at, path)?.text ?? null
    this.#complain(item.at, path, `takes ${takesOf(['text'], item)}: this is ${nameOf(item)}`)
    return null
  }

  #expanded(text: string, at: Place, path: string): Expanded | null {
    try {
      return expand(text, this.#env)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#complain(at, path, error instanceof Problem ? `can't be read: ${message}` : message)
      return null
    }
  }
}

function isEmpty(tree: Tree): boolean {
  return tree.kind === 'value' && tree.value === null
}

function fits(value: string | number | boolean | null, kinds: readonly Kind[]): boolean {
  if (typeof value === 'number') return kinds.includes('number')
  if (value === true) return kinds.includes('flag') || kinds.includes('true')
  return value === false && kinds.includes('flag')
}

function takesOf(kinds: readonly Kind[], tree: Tree): string {
  const isBare = tree.kind === 'value' && (typeof tree.value === 'number' || typeof tree.value === 'boolean')
  const names = kinds.map((kind) => (kind === 'text' && isBare ? 'a text in quotes' : KINDS[kind]))
  return names.join(' or ')
}

/** @returns what it is, without its value */
function nameOf(tree: Tree): string {
  if (tree.kind === 'map') return 'a map of fields'
  if (tree.kind === 'list') return 'a list'
  if (tree.value === null) return 'empty'
  return { string: 'a text', number: 'a number', boolean: 'true or false' }[
    typeof tree.value as 'string' | 'number' | 'boolean'
  ]
}
