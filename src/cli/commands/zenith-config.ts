import { checkedOptions } from '../../runtime/checked-options.js'
import { Problem, wrongUse } from '../arguments/command.js'
import type { Given, Parsed } from '../arguments/options.js'
import { type ClusterLook, type ClusterSettings, clustersOf } from '../config/clusters.js'
import { ConfigError, complaints } from '../config/config-error.js'
import { fileText } from '../config/file-text.js'
import { parseTree } from '../config/parse.js'
import { readShape, type Settings } from '../config/read-shape.js'
import type { Row } from '../config/rows.js'
import type { Complain, Place, Tree } from '../config/tree.js'
import { CLUSTER_OPTIONS, FIELD_OF, LOOK, ZENITH_SHAPE } from './zenith-fields.js'
import { settingsOf, type ZENITH_OPTIONS, type ZenithSettings } from './zenith-options.js'
import { rowsOf } from './zenith-rows.js'

/** A configuration file that was read. */
export interface ZenithConfig {
  /** As it was given. */
  readonly file: string
  readonly settings: Settings
  readonly look: ClusterLook
  /** Null without the field `clusters`. */
  readonly clusters: readonly ClusterSettings[] | null
}

type Command = Parsed<typeof ZENITH_OPTIONS>
type Option = keyof typeof FIELD_OF

const OPTIONS = Object.keys(FIELD_OF) as Option[]

/** @throws Problem with all problems of the file */
export function readConfig(file: string, env: NodeJS.ProcessEnv): ZenithConfig {
  const { complain, end } = complaints(file)
  const tree = parseTree(fileText(file), complain)
  const settings: Settings = tree ? readShape(tree, ZENITH_SHAPE, env, complain) : new Map()
  const clusters = tree ? clustersIn(tree, settings, complain) : null
  end()
  return { file, settings, look: lookIn(settings), clusters }
}

function clustersIn(tree: Tree, settings: Settings, complain: Complain): readonly ClusterSettings[] | null {
  const list = tree.kind === 'map' ? tree.entries.find(({ key }) => key === 'clusters') : undefined
  if (!list) return null
  for (const path of [...CLUSTER_OPTIONS.map((option) => FIELD_OF[option][0]), ...Object.keys(LOOK)]) {
    const setting = settings.get(path)
    if (setting)
      complain(setting.at, path, `and clusters (line ${list.at.line}) exclude each other: each cluster has its own`)
  }
  return list.value.kind === 'list' ? clustersOf(list.value, settings, complain) : null
}

function lookIn(settings: Settings): ClusterLook {
  const values = Object.keys(LOOK).map((name) => [name, settings.get(name)?.value])
  return Object.fromEntries(values) as ClusterLook
}

/** @returns what is in force with the file, which the command line and the variables override. @throws Problem */
export function settingsWith(config: ZenithConfig, { values, given }: Command, env: NodeJS.ProcessEnv): ZenithSettings {
  if (config.clusters) refuseOne(config.file, given)
  const own = OPTIONS.flatMap((option) => {
    const setting = config.settings.get(FIELD_OF[option][0])
    return setting ? [[option, setting.value === true && option === 'read-only' ? ['true'] : setting.value]] : []
  })
  try {
    return settingsOf({ ...Object.fromEntries(own), ...values }, env, config)
  } catch (error) {
    if (error instanceof Problem) throw inWordsOf(config, given, error)
    throw error
  }
}

/** A variable of one cluster would apply to all of them. */
function refuseOne(file: string, given: Readonly<Record<string, Given>>): void {
  const sources = CLUSTER_OPTIONS.flatMap((option) => given[option]?.source ?? [])
  if (sources.length > 0)
    throw wrongUse(`clusters of ${file} and ${sources.join(', ')} exclude each other: each cluster has its own.`)
}

/** A contradiction between options, with the fields and variables that have them, and the place of the first field. */
function inWordsOf(
  { file, settings }: ZenithConfig,
  given: Readonly<Record<string, Given>>,
  { message, exitCode }: Problem,
): Problem {
  const places: Place[] = []
  const text = message.replace(/--([a-z][a-z-]*)/g, (flag, name: Option) => {
    if (!Object.hasOwn(FIELD_OF, name)) return flag
    const source = given[name]?.source
    if (source !== undefined) return source
    const [path] = FIELD_OF[name]
    const setting = settings.get(path)
    if (setting) places.push(setting.at)
    return path
  })
  const [at] = places
  return at ? new ConfigError(file, [{ at, field: null, message: text }]) : new Problem(text, exitCode)
}

/** What `quasar zenith` would run with: checked as far as it does before it opens anything. @throws Problem or QuasarError */
export function settingsInForce(
  command: Command,
  env: NodeJS.ProcessEnv,
): { file: string | null; rows: readonly Row[] } {
  const { config: file } = command.values
  const config = file === undefined ? null : readConfig(file, env)
  const { zenith } = config ? settingsWith(config, command, env) : settingsOf(command.values, env)
  checkedOptions(zenith)
  return { file: file ?? null, rows: rowsOf(config, command.given, env) }
}
