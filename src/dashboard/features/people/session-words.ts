/** How a user logged in. @param via `password`, `link`, or the name of a provider */
export function viaText(via: string): string {
  if (via === 'password') return 'with a password'
  return via === 'link' ? 'by a link' : `by ${via}`
}

/** In this order: each names those after it, too. */
const BROWSERS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\bEdgA?\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bSamsungBrowser\/(\d+)/, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari\//, 'Safari'],
]

const SYSTEMS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

const MOST_CHARS = 60

/** `Firefox 140 on Linux`. @param agent the browser, as it calls itself */
export function agentText(agent: string): string {
  const browser = BROWSERS.map(([mark, name]) => [name, mark.exec(agent)?.[1]]).find(([, version]) => version)
  const system = SYSTEMS.find(([mark]) => mark.test(agent))?.[1]
  if (!browser) return agent.slice(0, MOST_CHARS) || 'unknown browser'
  return `${browser.join(' ')}${system ? ` on ${system}` : ''}`
}
