// What a benchmark prints: tables in Markdown, and a line for each target.
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** A run counts when what is the same is measured as the same within so much. */
export const NOISE = 0.02

/** @param rows texts and numbers; numbers are shown with at most so many digits behind the point */
export function table(heads, rows, digits = 1) {
  const cell = (value) => (typeof value === 'number' ? show(value, digits) : (value ?? '–'))
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = `|---|${'---:|'.repeat(heads.length - 1)}`
  return [line(heads), rule, ...rows.map((row) => line(row.map(cell)))].join('\n')
}

function show(value, digits) {
  return Number.isFinite(value) ? value.toLocaleString('en', { maximumFractionDigits: digits }) : '–'
}

/**
 * One target.
 *
 * @param unit what value and target are in
 * @param isFloor the value must not be below the target, in place of not above it
 * @param voidBecause why nothing can be said, in words
 */
export function verdict({ name, value, target, unit, digits = 3, isFloor = false, voidBecause = null }) {
  const isMet = isFloor ? value >= target : value <= target
  const word = voidBecause ? `void: ${voidBecause}` : isMet ? 'met' : 'MISSED'
  const text = `${name}: ${show(value, digits)} ${unit}, target ${isFloor ? '≥' : '≤'} ${target}: ${word}`
  return { name, value, target, unit, met: voidBecause ? null : isMet, text }
}

/** Why a paired run says nothing; null when it does. @param again the ratio of bare to itself */
export function noiseIn(again) {
  const off = Math.abs(again - 1)
  return off <= NOISE ? null : `bare against itself is off by ${(100 * off).toFixed(1)} %`
}

export function print(text) {
  process.stdout.write(`${text}\n`)
}

export function progress(text) {
  process.stderr.write(`${text}\n`)
}

/** The verdicts, and the whole as a file when one is asked for. */
export function conclude({ options, verdicts, results }) {
  print(`\n${verdicts.map(({ text }) => text).join('\n')}`)
  if (!options.json) return
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? null, cores: cpus().length }
  writeFileSync(options.json, `${JSON.stringify({ ...machine, options, verdicts, results }, null, 2)}\n`)
}
