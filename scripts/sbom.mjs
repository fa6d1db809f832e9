// `npm run sbom`: what comes with an installation of the package, as CycloneDX. It is made of a real installation of the packed tarball.
//   --tarball FILE   of this tarball; without it, of one that is packed from what is built
//   --out FILE       in place of dist/sbom.cdx.json
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: { tarball: { type: 'string' }, out: { type: 'string', default: join(root, 'dist/sbom.cdx.json') } },
})
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

function npm(args, cwd) {
  const { npm_config_local_prefix: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`npm ${args[0]} failed: ${stderr}`)
  return stdout
}

function pack(folder) {
  // npm 11 answers with a list, npm 12 with an object by name.
  const [{ filename }] = Object.values(
    JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root)),
  )
  return join(folder, filename)
}

/** npm describes the folder that the package is installed in; this is about the package. */
function aboutThePackage(bom) {
  const own = bom.components.find((component) => component.name === name)
  // It was installed from a file, whose place is nobody's business.
  const { externalReferences: _, properties: __, ...component } = own
  const others = bom.components.filter((one) => one !== own)
  const dependencies = bom.dependencies.filter(({ ref }) => ref !== bom.metadata.component['bom-ref'])
  const metadata = { ...bom.metadata, component: { ...component, type: 'library' } }
  return { ...bom, metadata, components: others, dependencies }
}

const folder = mkdtempSync(join(tmpdir(), 'quasar-sbom-'))
try {
  const tarball = values.tarball ? resolve(values.tarball) : pack(folder)
  writeFileSync(join(folder, 'package.json'), '{"name": "consumer", "version": "0.0.0", "private": true}\n')
  npm(['install', tarball, '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], folder)
  const bom = JSON.parse(npm(['sbom', '--sbom-format=cyclonedx', '--omit=dev'], folder))
  mkdirSync(dirname(resolve(values.out)), { recursive: true })
  writeFileSync(values.out, `${JSON.stringify(aboutThePackage(bom), null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
