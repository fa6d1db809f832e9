/** The options of a variant: everything on; `quasar-redis` reports to the Redis of QUASAR_REDIS_URL. */
export function quasarOptions(variant) {
  const redis = variant === 'quasar-redis' ? process.env.QUASAR_REDIS_URL : false
  return { service: 'bench', redis, slow: 1_000, ignore: ['/health'] }
}

/** The built package: what users get. */
export function load(subpath) {
  return import(new URL(`../../../dist/esm/integrations/${subpath}/index.js`, import.meta.url).href)
}
