import * as nodeModule from 'node:module'
import { type Loaded, type Name, targetOf, tellingCode, withTelling } from './internals.js'

type Load = (url: string, context: unknown, nextLoad: (url: string, context: unknown) => Loaded) => Loaded

/** Node ≥ 22.15 and ≥ 23.5: for `require` and for `import`. */
const { registerHooks } = nodeModule as { registerHooks?: (hooks: { load: Load }) => unknown }

interface Compiling {
  _compile(this: unknown, content: string, filename: string, ...rest: unknown[]): unknown
}

interface CommonJs {
  readonly prototype: Compiling
  readonly _cache?: Record<string, { readonly loaded: boolean; readonly exports: unknown } | undefined>
}

const CommonJsModule = nodeModule.Module as unknown as CommonJs

/**
 * From now on files of frameworks show what they have, however they are loaded.
 *
 * @param mayStartThread whether it is worth the thread that older versions of Node run hooks for `import` on
 */
export function installHooks(mayStartThread: boolean): void {
  if (registerHooks) {
    registerHooks({ load: (url, context, nextLoad) => withTelling(url, nextLoad(url, context)) })
    return
  }
  hookCommonJs()
  if (mayStartThread) nodeModule.register(new URL('../../../cjs/integrations/auto/loader.js', import.meta.url))
}

/** Where there are hooks for `import` alone. */
function hookCommonJs(): void {
  const { prototype } = CommonJsModule
  const { _compile: compile } = prototype
  prototype._compile = function (content, filename, ...rest) {
    const name = targetOf(filename)
    const [format] = rest
    const isKnown = name && typeof content === 'string'
    return compile.call(this, isKnown ? content + tellingCode(name, format === 'module') : content, filename, ...rest)
  }
}

/** What another preload brought before. A class of Hono's can't be replaced any more. */
export function* alreadyLoaded(): Iterable<[name: Name, value: unknown]> {
  for (const [file, module] of Object.entries(CommonJsModule._cache ?? {})) {
    const name = targetOf(file)
    const value = name && module?.loaded && (module.exports as Record<string, unknown> | null)?.[name]
    if (name && value && name !== 'Hono') yield [name, value]
  }
}
