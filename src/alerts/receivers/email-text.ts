import { alsoFiringLines, type Message, type MessageAlert, moreText } from './message.js'
import { linkParts } from './text.js'

/** A mail's text for readers without HTML. */
export function mailText(message: Message): string {
  const { headline, intro, alerts, note, facts, url } = message
  const more = moreText(message)
  const also = alsoFiringLines(message)
  const parts = [
    headline,
    ...(intro ? [intro] : []),
    ...alerts.map(alertText),
    ...(more ? [more] : []),
    ...(note ? [`What to do:\n${note}`] : []),
    ...(also.length > 0 ? [['Also firing:', ...also.map((line) => `- ${line}`)].join('\n')] : []),
    ...(url ? [`Open in Zenith: ${url}`] : []),
    facts.join(' · '),
  ]
  return `${parts.join('\n\n')}\n`
}

function alertText({ subject, lines, details, url }: MessageAlert): string {
  return [
    subject,
    ...[...lines, ...details, ...(url ? [`See the moment: ${url}`] : [])].map((line) => `  ${line}`),
  ].join('\n')
}

const BOLD = 'font-weight:600'
const QUIET = 'color:#667085;font-size:13px'
const COLORS: Readonly<Record<Message['severity'], string>> = {
  critical: '#b42318',
  warning: '#b54708',
  info: '#175cd3',
}
const CALM = '#067647'

/** The same as HTML: no script, no picture, no style sheet. `dir=auto` keeps a name that is written from the right within its line. */
export function mailHtml(message: Message): string {
  const { headline, intro, alerts, note, facts, url, event, severity } = message
  const more = moreText(message)
  const also = alsoFiringLines(message)
  const color = event === 'resolved' || event === 'test' ? CALM : COLORS[severity]
  const parts = [
    `<h1 dir="auto" style="font-size:18px;color:${color}">${safe(headline)}</h1>`,
    ...(intro ? [paragraph([intro])] : []),
    ...alerts.map(alertHtml),
    ...(more ? [paragraph([more])] : []),
    ...(note ? [titled('What to do', withLinks(note))] : []),
    ...(also.length > 0 ? [titled('Also firing', also.map(safe).join('<br>'))] : []),
    ...(url ? [`<p>${link(url, 'Open in Zenith')}</p>`] : []),
    `<p dir="auto" style="${QUIET}">${safe(facts.join(' · '))}</p>`,
  ]
  const body = `<body style="font-family:sans-serif;font-size:15px;line-height:1.5">\n${parts.join('\n')}\n</body>`
  return `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${safe(headline)}</title></head>\n${body}\n</html>\n`
}

function alertHtml({ subject, lines, details, url }: MessageAlert): string {
  const texts = [...lines, ...details].map(safe)
  return titled(subject, [...texts, ...(url ? [link(url, 'See the moment')] : [])].join('<br>'))
}

/** @param html escaped */
function titled(title: string, html: string): string {
  return `<p dir="auto"><span style="${BOLD}">${safe(title)}</span><br>${html}</p>`
}

function paragraph(lines: readonly string[]): string {
  return `<p dir="auto">${lines.map(safe).join('<br>')}</p>`
}

function withLinks(text: string): string {
  return linkParts(text)
    .map((part) => (part.isLink ? link(part.text, part.text) : safe(part.text)))
    .join('')
}

function link(url: string, text: string): string {
  return `<a href="${safe(url)}">${safe(text)}</a>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\n': '<br>',
}

function safe(text: string): string {
  return text.replace(/[&<>"'\n]/g, (char) => ENTITIES[char] ?? char)
}
