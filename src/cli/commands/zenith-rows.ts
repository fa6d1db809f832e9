import type { Given } from '../arguments/options.js'
import { readVariable } from '../arguments/variables.js'
import { masked } from '../config/mask.js'
import type { Setting, Settings } from '../config/read-shape.js'
import type { Row, Source } from '../config/rows.js'
import { isItems, isLeaf, type Leaf } from '../config/shape.js'
import { CLUSTER_OPTIONS, FIELD_OF, LOOK, ZENITH_SHAPE } from './zenith-fields.js'
import { ZENITH_OPTIONS } from './zenith-options.js'

type Option = keyof typeof FIELD_OF
type GivenOptions = Readonly<Record<string, Given>>

/** A file with its fields. */
interface File {
  readonly file: string
  readonly settings: Settings
  readonly clusters: readonly unknown[] | null
}

/** All settings in the order of the fields, those of clusters at the end. @param config null without a file */
export function rowsOf(config: File | null, given: GivenOptions, env: NodeJS.ProcessEnv): readonly Row[] {
  const clusters = config?.clusters
  const options = (Object.keys(FIELD_OF) as Option[]).filter((option) => !clusters || !isOfCluster(option))
  const sources = withRedis(given, config, env)
  const own = options.map((option) => optionRow(option, config, sources))
  if (!config || !clusters) return [...own, ...lookRows(config)]
  return [...own, ...clusters.flatMap((_, index) => clusterRows(config, `clusters[${index}]`))]
}

function isOfCluster(option: Option): boolean {
  return CLUSTER_OPTIONS.some((one) => one === option)
}

/** `REDIS_URL` is the last choice for the Redis. */
function withRedis(given: GivenOptions, config: File | null, env: NodeJS.ProcessEnv): GivenOptions {
  if (given.redis || config?.settings.has('redis')) return given
  const redis = readVariable(env, 'REDIS_URL')
  return redis ? { ...given, redis } : given
}

function optionRow(option: Option, config: File | null, given: GivenOptions): Row {
  const [field] = FIELD_OF[option]
  const { isSecret, default: byDefault, value }: Leaf['spec'] & { value: string | null } = ZENITH_OPTIONS[option]
  const one = given[option]
  if (one) return { field, value: masked(one.text, isSecret ?? false), source: { kind: 'variable', name: one.source } }
  const setting = config?.settings.get(field)
  if (config && setting) return settingRow(field, setting, config.file)
  return defaultRow(field, byDefault ?? (value === null ? 'false' : undefined))
}

function settingRow(field: string, { text, isSecret, at }: Setting, file: string): Row {
  const source: Source = { kind: 'file', file, ...at }
  return { field, value: masked(text, isSecret), source }
}

/** A default may name the option of the command line that it follows. */
function defaultRow(field: string, text: string | undefined): Row {
  return { field, value: text?.replace('--', '') ?? null, source: { kind: 'default' } }
}

function lookRows(config: File | null): readonly Row[] {
  return Object.keys(LOOK).map((field) => fieldRow(field, undefined, config))
}

function clusterRows(config: File, path: string): readonly Row[] {
  const { clusters } = ZENITH_SHAPE
  const fields = clusters && !isLeaf(clusters) && isItems(clusters) ? clusters.items : {}
  return Object.entries(fields).map(([name, field]) =>
    fieldRow(`${path}.${name}`, isLeaf(field) ? field.spec.default : undefined, config),
  )
}

function fieldRow(field: string, byDefault: string | undefined, config: File | null): Row {
  const setting = config?.settings.get(field)
  return config && setting ? settingRow(field, setting, config.file) : defaultRow(field, byDefault)
}
