/**
 * The files of frameworks that are followed, and what each of them has: seen in Express 4.19 to 5.3, Hono 4.8 to 4.13, @nestjs/core and
 * @nestjs/common 10.4, 11.2 and 12.5, BullMQ 5.12 to 6.7. Fastify tells of its instances by a channel of Node's.
 */
interface Target {
  /** End of the path. Before it is the package's folder, whose name is the app's choice (`npm:express@4`). */
  readonly file: RegExp
  readonly name: Name
}

const NAMES = [
  'application',
  'Hono',
  'NestFactory',
  'ExceptionsHandler',
  'GuardsConsumer',
  'InterceptorsConsumer',
  'StreamableFile',
  'Worker',
  'Queue',
] as const

/** What a file has: a name that it exports, and in an ES module the one that it declares. */
export type Name = (typeof NAMES)[number]

const TARGETS: readonly Target[] = [
  { file: /\/lib\/express\.js$/, name: 'application' },
  { file: /\/dist\/(?:cjs\/)?hono-base\.js$/, name: 'Hono' },
  { file: /\/nest-factory\.js$/, name: 'NestFactory' },
  { file: /\/exceptions\/exceptions-handler\.js$/, name: 'ExceptionsHandler' },
  { file: /\/guards\/guards-consumer\.js$/, name: 'GuardsConsumer' },
  { file: /\/interceptors\/interceptors-consumer\.js$/, name: 'InterceptorsConsumer' },
  { file: /\/file-stream\/streamable-file\.js$/, name: 'StreamableFile' },
  { file: /\/dist\/(?:cjs|esm)\/classes\/worker\.js$/, name: 'Worker' },
  { file: /\/dist\/(?:cjs|esm)\/classes\/queue\.js$/, name: 'Queue' },
]

/** @param path of a file, or its URL */
export function targetOf(path: string): Name | null {
  if (!path.includes('node_modules')) return null
  // Other loaders add a query.
  const file = path.replaceAll('\\', '/').replace(/[?#].*$/, '')
  return TARGETS.find((target) => target.file.test(file))?.name ?? null
}

/** The global slot of the function that is told. */
const SLOT = '@gravito/quasar/auto'

/** What is put behind the text of a file: it shows what the file has, and changes no line before it. */
export function tellingCode(name: Name, isModule: boolean): string {
  const value = isModule || name === 'Hono' ? name : `module.exports.${name}`
  const told = `globalThis[Symbol.for(${JSON.stringify(SLOT)})]?.found(${JSON.stringify(name)},${value})`
  return `\n;try{${name === 'Hono' ? replacingHono(told, isModule) : told}}catch{}\n`
}

/** Hono's apps show by nothing but their making that they are there: another class stands for theirs. */
function replacingHono(told: string, isModule: boolean): string {
  // Some versions export what the name stands for, others the class of that moment.
  return `Hono=${told}??Hono${isModule ? '' : ';module.exports.HonoBase=Hono'}`
}

/** What a hook for loading gets and gives. */
export interface Loaded {
  readonly format?: string | null | undefined
  readonly source?: string | ArrayBuffer | Uint8Array | null | undefined
}

/** The same, with the code that shows what a file of a framework has. Where the text is not known, it comes later, by CommonJS' own way. */
export function withTelling<T extends Loaded>(url: string, loaded: T): T {
  const name = targetOf(url)
  const { source, format } = loaded
  if (!name || source === null || source === undefined) return loaded
  if (format && format !== 'module' && format !== 'commonjs') return loaded
  const text = typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString()
  return { ...loaded, source: text + tellingCode(name, format === 'module') }
}
