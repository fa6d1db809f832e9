// Bundles the compiled modules into one file per entry point and the parts that entry points share, once for each format. Loading
// hundreds of small files costs an app twice the CPU of the few it gets this way.
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { rolldown } from 'rolldown'
import { minify } from 'rolldown/utils'
import { bundledPackages } from './notices.mjs'

const COMMAND = 'cli/bin'
/** The page's files: loaded with the first page that is asked for. */
const ASSETS = 'zenith/assets/generated'
/** What runs on threads: each is started as a file of its own. */
const WORKERS = ['runtime/archive-worker', 'runtime/heartbeat-worker', 'runtime/people-worker']
/** What `auto` loads by paths: with the first framework of an app, and on Node's thread of hooks. Both formats load the CommonJS one. */
const LOADED = ['integrations/auto/follow', 'integrations/auto/loader']
/** Packages that are part of the bundle: a consumer installs none of them. */
const BUNDLED = /^(?:@valibot\/|(?:valibot|yaml)$)/
/** Modules instead of CommonJS, so that the bundle gets what is used alone. */
const MODULES = {
  yaml: join(dirname(createRequire(import.meta.url).resolve('yaml/package.json')), 'browser/index.js'),
}
/** A large library that only a configuration file needs: a part of its own, without the space that a reader would want. */
const YAML = 'yaml'
/** A part that as few entry points share is not one of all. */
const FEW = 6
const IMPORTED_TYPES = /(?:from|import\(|import)\s*['"](\.[^'"]+)\.js['"]/g

/** Paths of the published entry points below dist/<format>, without `.js`. */
function entryPoints(root) {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.values(exports).flatMap(
    (target) => target.import?.default.match(/^\.\/dist\/esm\/(.+)\.js$/)?.[1] ?? [],
  )
}

/**
 * @param root the checkout
 * @param modules folder of the compiled modules and their types
 * @param outDir folder that gets one folder per format
 * @returns folders of the packages that are in the bundles
 */
export async function bundle(root, modules, outDir) {
  const entries = entryPoints(root)
  const types = publicTypes(modules, entries)
  const esm = { format: 'esm', type: 'module', entries: [...entries, ASSETS, ...WORKERS, COMMAND] }
  const cjs = { format: 'cjs', type: 'commonjs', entries: [...entries, ASSETS, ...WORKERS, ...LOADED] }
  const packages = [
    ...(await write({ ...esm, types, modules, outDir })),
    ...(await write({ ...cjs, types, modules, outDir })),
  ]
  await shareCopies(outDir)
  return [...new Set(packages)]
}

/** The declarations that the entry points lead to. */
function publicTypes(modules, entries) {
  const found = new Set(entries)
  for (const path of found) {
    const text = readFileSync(join(modules, `${path}.d.ts`), 'utf8')
    for (const [, target] of text.matchAll(IMPORTED_TYPES)) found.add(normalize(join(dirname(path), target)))
  }
  return [...found].map((path) => `${path}.d.ts`)
}

async function write({ format, type, entries, types, modules, outDir }) {
  const dir = join(outDir, format)
  const bundled = await rolldown({
    // What a file is made of is named from there.
    cwd: modules,
    input: Object.fromEntries(entries.map((entry) => [entry, join(modules, `${entry}.js`)])),
    platform: 'node',
    resolve: { alias: MODULES },
    plugins: [sourceMaps(modules)],
    external: (id) => !id.startsWith('.') && !isAbsolute(id) && !BUNDLED.test(id),
  })
  const { output } = await bundled.write({
    dir,
    format,
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[name].js',
    // Every entry point needs them: one file each, where the parts that some need would each be one. What only a few
    // of them need, such as Zenith, stays out: an app would load it for nothing.
    codeSplitting: {
      groups: [
        ...['lib', 'protocol'].map((name) => ({
          name,
          test: new RegExp(`[\\\\/]${name}[\\\\/][^\\\\/]+\\.js$`),
          minShareCount: FEW + 1,
        })),
        { name: YAML, test: /[\\/]node_modules[\\/]yaml[\\/]/ },
      ],
    },
    // Names lines of src in an app's stack with --enable-source-maps.
    sourcemap: true,
    // The declarations have them.
    comments: { jsdoc: false },
    // Jest runs CommonJS without import().
    dynamicImportInCjs: false,
  })
  await bundled.close()
  const large = join(dir, `shared/${YAML}.js`)
  if (existsSync(large)) await shrink(large)
  for (const name of readdirSync(dir, { recursive: true })) if (name.endsWith('.js.map')) await trimMap(join(dir, name))
  for (const path of types) cpSync(join(modules, path), join(dir, path))
  await writeFile(join(dir, 'package.json'), `${JSON.stringify({ type })}\n`)
  return bundledPackages(output)
}

/** Hands over what tsc wrote beside each module. */
function sourceMaps(modules) {
  return {
    name: 'source-maps',
    load(id) {
      if (!id.startsWith(modules) || !existsSync(`${id}.map`)) return null
      return { code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') }
    },
  }
}

/** Minifies a part. It has no map: no line of it is in src. */
async function shrink(file) {
  const { code } = await minify(file, readFileSync(file, 'utf8'), { module: true })
  await writeFile(file, code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'))
  await rm(`${file}.map`)
}

/** Names the files of src by where they are in the repository; their text is there, and not in the package. */
async function trimMap(file) {
  const { sourcesContent: _, ...map } = JSON.parse(readFileSync(file, 'utf8'))
  // It lies one folder deeper now than once it is swapped in.
  const sources = map.sources.map((source) => source.replace('../', ''))
  await writeFile(file, JSON.stringify({ ...map, sources }))
}

/** The page's files and what runs on threads are large: their CommonJS copies serve both formats. */
async function shareCopies(outDir) {
  await writeFile(join(outDir, `esm/${ASSETS}.js`), `export { assets } from '../../../cjs/${ASSETS}.js'\n`)
  for (const name of WORKERS) await writeFile(join(outDir, `esm/${name}.js`), `import '../../cjs/${name}.js'\n`)
  for (const name of [ASSETS, ...WORKERS]) await rm(join(outDir, `esm/${name}.js.map`))
}
