import { noteFault } from './recorder.js'

/** Nothing may reach the app: what fails is said once. */
export function guarded<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    noteFault(error)
    return undefined
  }
}
