import { type Loaded, withTelling } from './internals.js'

/** Runs on the thread of Node's hooks, where Node has none for the app's own thread. */
export async function load<Context>(
  url: string,
  context: Context,
  nextLoad: (url: string, context: Context) => Promise<Loaded>,
): Promise<Loaded> {
  return withTelling(url, await nextLoad(url, context))
}
