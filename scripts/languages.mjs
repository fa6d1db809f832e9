// `npm run test:languages`: the tests of the agent and of the clients in other languages, where their toolchains are. A language whose
// toolchain is missing counts as skipped, with a line that tells how to get it. Arguments choose: `npm run test:languages -- go`.
import { fileURLToPath } from 'node:url'
import { go } from './languages/go.mjs'
import { php } from './languages/php.mjs'
import { pythonClient } from './languages/python.mjs'

const LANGUAGES = { go, python: pythonClient, php }

/** The names of the tests by result. @param chosen names of languages; all without any */
export function runLanguages(chosen = Object.keys(LANGUAGES)) {
  const results = { passed: [], failed: [], skipped: [] }
  for (const language of chosen.map((name) => LANGUAGES[name])) {
    for (const { passed, failed, skipped } of runLanguage(language)) {
      results.passed.push(...passed)
      results.failed.push(...failed)
      results.skipped.push(...skipped)
    }
  }
  return results
}

function runLanguage({ name, missing, suites }) {
  const howToGet = missing()
  if (howToGet) {
    process.stdout.write(`\n== ${name}: skipped\n${howToGet}\n`)
    return [{ passed: [], failed: [], skipped: suites.map((suite) => `${suite.name}: ${howToGet}`) }]
  }
  return suites.map((suite) => {
    process.stdout.write(`\n== ${suite.name}\n`)
    const results = suite.run()
    const counts = Object.entries(results).map(([result, tests]) => `${tests.length} ${result}`)
    process.stdout.write(`${counts.join(', ')}\n`)
    return results
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const chosen = process.argv.slice(2)
  const unknown = chosen.find((name) => !(name in LANGUAGES))
  if (unknown) {
    process.stderr.write(`There is no language "${unknown}". Choose from ${Object.keys(LANGUAGES).join(', ')}.\n`)
    process.exitCode = 2
  } else {
    const { passed, failed, skipped } = runLanguages(chosen.length > 0 ? chosen : undefined)
    for (const name of failed) process.stdout.write(`failed: ${name}\n`)
    for (const name of skipped) process.stdout.write(`skipped: ${name}\n`)
    process.stdout.write(`${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped\n`)
    process.exitCode = failed.length === 0 ? 0 : 1
  }
}
