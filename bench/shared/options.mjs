import { parseArgs } from 'node:util'

/**
 * Options of a benchmark: a number where the default is one, a flag where it is `false`, otherwise a text; each takes `--json FILE`, too.
 */
export function readOptions(defaults) {
  const typeOf = (name) => (defaults[name] === false ? 'boolean' : 'string')
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: typeOf(name) }]))
  const { values } = parseArgs({ options: { ...options, json: { type: 'string' } } })
  return { ...defaults, ...Object.fromEntries(Object.entries(values).map(([name, text]) => [name, read(name, text)])) }

  function read(name, text) {
    if (typeof defaults[name] !== 'number') return text
    const number = Number(text)
    if (text.trim() === '' || !(number >= 0)) throw new Error(`--${name} takes a number of 0 or more`)
    return number
  }
}
