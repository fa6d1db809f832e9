// The tests of the PHP client and of the Laravel package, by Debian's PHPUnit.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readJunit } from './junit.mjs'
import { capture, findOnPath, root, show } from './programs.mjs'

const NAME = 'clients/php'
const folder = join(root, NAME)

export const php = {
  name: 'PHP',
  missing() {
    const isThere = findOnPath('phpunit') && findOnPath('php') && capture('php', ['-r', IS_USABLE]).code === 0
    const packages = 'php-cli php-redis php-mbstring php-xml phpunit php-laravel-framework'
    return isThere ? null : `install PHP 8 with phpredis, and PHPUnit (on Debian: apt-get install ${packages})`
  },
  suites: [{ name: NAME, run: runTests }],
}

const IS_USABLE = "exit(PHP_VERSION_ID >= 80000 && extension_loaded('redis') ? 0 : 1);"

function runTests() {
  if (!existsSync(join(folder, 'phpunit.xml'))) return { passed: [], failed: [], skipped: [] }
  const reports = mkdtempSync(join(tmpdir(), 'quasar-php-'))
  const report = join(reports, 'report.xml')
  const code = show('phpunit', ['--log-junit', report], { cwd: folder })
  const results = readJunit(report, NAME) ?? { passed: [], failed: [], skipped: [] }
  rmSync(reports, { recursive: true, force: true })
  if (code !== 0 && results.failed.length === 0) results.failed.push(`${NAME}: phpunit ended with exit code ${code}`)
  return results
}
