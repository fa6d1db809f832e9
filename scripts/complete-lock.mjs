// Completes package-lock.json after `npm install`: a registry that does not carry the packages of every platform leaves
// them out of the lock file, and `npm ci` then refuses it. They are only ever installed on their own platform.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = fileURLToPath(new URL('../package-lock.json', import.meta.url))
const lock = JSON.parse(readFileSync(file, 'utf8'))
const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const processors = ['arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

/** What the name of a platform package says: `@biomejs/cli-linux-x64-musl`. Null when it names no platform. */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-')
  const cpu = processors.find((one) => words.includes(one))
  const os = systems.find((one) => words.includes(one))
  if (!cpu || (!os && cpu !== 'wasm32')) return null
  const libc = words.find((word) => /^(musl|gnu)/.test(word))
  return {
    cpu: [cpu],
    ...(os && { os: [os] }),
    ...(os === 'linux' && libc && { libc: [libc.startsWith('musl') ? 'musl' : 'glibc'] }),
  }
}

let added = 0
for (const { optionalDependencies = {} } of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const platform = platformOf(name)
    const isKnown = Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`))
    if (isKnown || !platform || !/^\d+\.\d+\.\d+/.test(version)) continue
    lock.packages[`node_modules/${name}`] = { version, ...platform, optional: true }
    added++
  }
}

const byPath = ([a], [b]) => (a < b ? -1 : 1)
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(byPath))
if (added > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(`${added} packages of other platforms added to package-lock.json\n`)
