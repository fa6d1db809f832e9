import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

const IMPORT = /(?:from|import\()\s*'(\.[^']+)'/g

/** What each file of src imports, types included. */
function imports(): Map<string, readonly string[]> {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.tsx?$/.test(file) && !file.endsWith('generated.ts'),
  )
  return new Map(files.map((file) => [file, importsOf(file)]))
}

function importsOf(file: string): string[] {
  return [...readFileSync(join('src', file), 'utf8').matchAll(IMPORT)].flatMap(([, specifier = '']) => {
    const target = normalize(join(dirname(file), specifier))
    return [target.replace(/\.js$/, '.ts'), target.replace(/\.js$/, '.tsx')].filter((one) =>
      existsSync(join('src', one)),
    )
  })
}

/** The first circle that is found; null when there is none. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>()
  const way: string[] = []
  function walk(file: string): readonly string[] | null {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return null
    way.push(file)
    for (const next of graph.get(file) ?? []) {
      const circle = walk(next)
      if (circle) return circle
    }
    way.pop()
    done.add(file)
    return null
  }
  for (const file of graph.keys()) {
    const circle = walk(file)
    if (circle) return circle
  }
  return null
}

test('no files import each other in a circle', () => {
  expect(
    circleIn(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
  ).toEqual(['b', 'c', 'b'])
  const graph = imports()
  expect(graph.size).toBeGreaterThan(500)
  expect([...graph.values()].flat().length).toBeGreaterThan(2_000)
  expect(circleIn(graph)).toBe(null)
})

/** What each folder imports of others. */
function folders(graph: ReadonlyMap<string, readonly string[]>): Map<string, readonly string[]> {
  const edges = new Map<string, Set<string>>()
  for (const [file, targets] of graph) {
    const folder = dirname(file)
    const known = edges.get(folder) ?? new Set()
    edges.set(folder, known)
    for (const target of targets) if (dirname(target) !== folder) known.add(dirname(target))
  }
  return new Map([...edges].map(([folder, targets]) => [folder, [...targets]]))
}

test('no folders import each other in a circle', () => {
  expect(
    circleIn(
      folders(
        new Map([
          ['core/a.ts', ['core/http/b.ts']],
          ['core/http/b.ts', ['core/c.ts']],
        ]),
      ),
    ),
  ).toEqual(['core', 'core/http', 'core'])
  const graph = folders(imports())
  expect(graph.size).toBeGreaterThan(50)
  expect(circleIn(graph)).toBe(null)
})
