import type { JobCondition, JobFigure } from '../ports/archive.js'
import { durationOf } from './times.js'

type FigureCondition = Extract<JobCondition, { by: 'figure' }>
type Limits = Pick<FigureCondition, 'atLeast' | 'atMost'>

/** Figures of a job by their names in the language. */
export const FIGURES: Readonly<Record<string, JobFigure>> = { run: 'runMs', wait: 'waitMs', attempt: 'attempt' }

const FIGURE = /^(>=?|<=?|=?)(\d+(?:\.\d+)?[a-z]*)(?:\.\.(\d+(?:\.\d+)?[a-z]*))?$/i

/** `>1s`, `<=2m`, `1s..5s`, `3`; all else is a problem. Figures are whole numbers, so `>1s` is at least 1001 ms. */
export function figureOf(name: string, text: string, isNot: boolean): readonly JobCondition[] | string {
  const figure = FIGURES[name] as JobFigure
  const limits = limitsOf(figure, text)
  if (limits) return [{ by: 'figure', figure, ...limits, isNot }]
  const examples =
    figure === 'attempt' ? 'a number (2), a range (2..5)' : 'a duration (500ms, 1.5s, 5m, 1h), a range (1s..5s)'
  return `\`${name}:\` accepts ${examples}, or one after >, >=, < or <=, not \`${text}\`.`
}

function limitsOf(figure: JobFigure, text: string): Limits | null {
  const [, sign = '', first = '', last] = FIGURE.exec(text) ?? []
  if (last !== undefined && sign !== '') return null
  const [from, to] = [amountOf(figure, first), amountOf(figure, last ?? first)]
  if (from === null || to === null) return null
  const limits = withSign(sign, from, to)
  const { atLeast, atMost } = limits
  return (atMost ?? 0) < 0 || (atLeast !== null && atMost !== null && atMost < atLeast) ? null : limits
}

function withSign(sign: string, from: number, to: number): Limits {
  if (sign === '>') return { atLeast: Math.floor(from) + 1, atMost: null }
  if (sign === '>=') return { atLeast: Math.ceil(from), atMost: null }
  if (sign === '<') return { atLeast: null, atMost: Math.ceil(from) - 1 }
  if (sign === '<=') return { atLeast: null, atMost: Math.floor(from) }
  return { atLeast: Math.ceil(from), atMost: Math.floor(to) }
}

function amountOf(figure: JobFigure, text: string): number | null {
  if (figure !== 'attempt') return durationOf(text)
  return /^\d{1,9}$/.test(text) ? Number(text) : null
}

/** The same condition in the language: `run:>=500ms`. */
export function figureText({ figure, atLeast, atMost }: FigureCondition): string {
  const [name] = Object.entries(FIGURES).find(([, one]) => one === figure) as [string, JobFigure]
  const unit = figure === 'attempt' ? '' : 'ms'
  if (atMost === null) return `${name}:>=${atLeast ?? 0}${unit}`
  if (atLeast === null) return `${name}:<=${atMost}${unit}`
  return `${name}:${atLeast}${unit}${atLeast === atMost ? '' : `..${atMost}${unit}`}`
}
