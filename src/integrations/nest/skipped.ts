/** Metadata of what `@SkipQuasar()` decorates. */
export const SKIPPED = '@gravito/quasar/skip'

export function isSkipped(target: object): boolean {
  return Reflect.getMetadata(SKIPPED, target) === true
}
