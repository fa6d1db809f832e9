import { ALNUM, BASE64, DOT, KEY_CHAR, NAME_CHAR } from './chars.js'
import type { Source } from './source.js'

/**
 * Prefixes of vendors' keys, the characters after them, and their minimum length: compared in November 2026 with the rules of gitleaks that
 * recognize a key by its prefix (`config/gitleaks.toml` at 420a0f5, and its later rules for keys of Anthropic, Artifactory, Bedrock, Cast
 * AI, Groq, Heroku, LangSmith, Notion, Perplexity and SonarQube), and with betterleaks' for Aikido. A minimum may be lower than theirs
 * where the prefix is distinctive. Keys that they have no rule for follow the known format of the vendor's keys, and were compared with no
 * list.
 */
interface Vendor {
  readonly prefix: string
  /** The kinds of characters after the prefix. */
  readonly chars: number
  /** Minimum number of them in a key. */
  readonly min: number
  /** Maximum number of them, where the prefix is not distinctive: then the key must also have a digit. */
  readonly max?: number
}

const list = (prefixes: string, chars: number, min: number, max?: number): Vendor[] =>
  prefixes.split(' ').map((prefix) => ({ prefix, chars, min, ...(max !== undefined && { max }) }))

/** Base64 in parts that are separated by dots. */
const DOTTED = BASE64 | DOT

const VENDORS: readonly Vendor[] = [
  // AWS: ids of keys, and Bedrock's keys
  ...list('AKIA ASIA ABIA ACCA AGPA AIDA AROA AIPA ANPA ANVA', ALNUM, 16),
  ...list('A3T', ALNUM, 17, 17),
  ...list('ABSK bedrock-api-key-', BASE64, 40),
  // Google: API keys, OAuth clients, access and refresh tokens
  ...list('AIza', KEY_CHAR, 12),
  ...list('ya29. 1//0', NAME_CHAR, 12),
  ...list('GOCSPX-', KEY_CHAR, 20),
  // GitHub, GitLab, Bitbucket
  ...list('ghp_ gho_ ghu_ ghs_ ghr_ github_pat_', KEY_CHAR, 12),
  ...list(
    'glpat- gldt- glrt- glrtr- glsoat- glcbt- glptt- glft- glimt- glagent- glffct- gloas- GR1348941',
    NAME_CHAR,
    12,
  ),
  ...list('ATATT3 ATCTT3 ATBB', BASE64, 20),
  ...list('BBDC-', BASE64, 40),
  // Slack
  ...list('xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xoxc- xoxd- xapp- xoxe. xwfp-', NAME_CHAR, 12),
  // Stripe, Square, PayPal, Razorpay, Plaid, GoCardless, Chargebee, Lob
  ...list('sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ pk_live_ pk_test_ whsec_', KEY_CHAR, 10),
  ...list('sk_', KEY_CHAR, 29),
  ...list('sq0atp- sq0csp- sq0idp- EAAA', KEY_CHAR, 22),
  ...list('access_token$production$ access_token$sandbox$', KEY_CHAR, 12),
  ...list('rzp_live_ rzp_test_ access-production- access-sandbox- access-development-', KEY_CHAR, 12),
  ...list('live_', ALNUM, 32),
  ...list('live_', KEY_CHAR, 40),
  // Facebook
  ...list('EAACEdEose0cBA', ALNUM, 20),
  ...list('EAAC EAAG EAAM', ALNUM, 30),
  // Twilio, SendGrid, Mailgun, Brevo, Resend
  ...list('SG.', NAME_CHAR, 32),
  ...list('key- pubkey- SK', ALNUM, 32),
  ...list('xkeysib- xsmtpsib-', KEY_CHAR, 20),
  ...list('re_', KEY_CHAR, 30),
  // Package registries, and Artifactory
  ...list('npm_', ALNUM, 12),
  ...list('rubygems_ dckr_pat_ dckr_oat_', KEY_CHAR, 20),
  ...list('pypi-', KEY_CHAR, 32),
  ...list('oy2 cio', ALNUM, 32),
  ...list('AKCp cmVmd', ALNUM, 59),
  ...list('CLOJARS_', ALNUM, 30),
  // Language models
  ...list('sk-ant- sk-proj- sk-svcacct- sk-admin- sk-or-', KEY_CHAR, 16),
  ...list('sk- AQ.', KEY_CHAR, 30),
  ...list('hf_ gsk_ r8_ pplx- xai- tgp_v1_ nvapi- tvly- lsv2_pt_ lsv2_sk_', KEY_CHAR, 20),
  ...list('api_org_', ALNUM, 34),
  ...list('fw_', ALNUM, 22),
  // Clouds and platforms
  ...list('dop_v1_ doo_v1_ dor_v1_ npg_', ALNUM, 12),
  ...list('HRKU- vercel_blob_rw_ sbp_ sb_secret_ cfut_ cfat_ cfk_', KEY_CHAR, 20),
  ...list('vcp_ vck_ vca_ vcr_ vci_ nfp_ nfc_ nfo_ nfu_ nfb_ rnd_', ALNUM, 20),
  ...list('fo1_', KEY_CHAR, 43),
  ...list('fm1a_ fm1r_ fm2_', BASE64, 40),
  ...list('LTAI', ALNUM, 16),
  ...list('AQVN', KEY_CHAR, 35),
  ...list('YC', KEY_CHAR, 38),
  ...list('t1.', DOTTED, 86),
  ...list('v1.0-', KEY_CHAR, 100),
  ...list('sha256~', KEY_CHAR, 43),
  ...list('4b1d', ALNUM, 38, 38),
  ...list('tk-us-', KEY_CHAR, 48),
  ...list('castai_v1_ dnkey-', KEY_CHAR, 60),
  ...list('pscale_tkn_ pscale_pw_ pscale_oauth_', DOTTED, 16),
  ...list('xau_', KEY_CHAR, 25),
  // Secret stores, networks and developer tools
  ...list('hvs. hvb. hvr. tskey- PMAK- lin_api_ lin_oauth_ figd_ figo_', KEY_CHAR, 24),
  ...list('s.', ALNUM, 24, 24),
  ...list('ops_eyJ', BASE64, 40),
  ...list('dp.pt. dp.st. dp.ct. dp.sa. dp.said. dp.scim. dp.audit. dt0c01.', NAME_CHAR, 16),
  ...list('dapi', KEY_CHAR, 32),
  ...list('pul-', ALNUM, 40),
  ...list('p8e- ico- API-', ALNUM, 26),
  ...list('pnu_ pnb_', ALNUM, 36),
  ...list('sqa_ sqp_ squ_ sgp_ bkua_ CCIPAT_ CFPAT-', KEY_CHAR, 40),
  ...list('pat. sat.', NAME_CHAR, 60),
  ...list('AIK_CI_ AIK_SECRET_', ALNUM, 20),
  ...list('sm_aat_ sm_pat_ sm_sat_', ALNUM, 16),
  ...list('rdme_ s-s4t2ud- s-s4t2af-', ALNUM, 60),
  ...list('secret_', ALNUM, 43),
  ...list('ntn_', ALNUM, 40),
  // Metrics and errors
  ...list('glsa_ NRAK- NRJS- NRII- NRIQ- sntryu_ phc_ phx_', KEY_CHAR, 19),
  ...list('glc_', BASE64, 32),
  ...list('sntrys_', BASE64, 20),
  // Shops, parcels, travel, forms, files
  ...list('shpat_ shpca_ shppa_ shpss_ shptka_ shpua_', KEY_CHAR, 12),
  ...list('shippo_live_ shippo_test_', ALNUM, 16),
  ...list('EZAK EZTK', ALNUM, 54),
  ...list('FLWSECK_TEST- FLWPUBK_TEST- FLWSECK-', KEY_CHAR, 12),
  ...list('duffel_live_ duffel_test_', BASE64, 30),
  ...list('pat-na pat-eu pat-ap', KEY_CHAR, 30),
  ...list('tfp_', DOTTED, 40),
  ...list('fio-u-', BASE64, 60),
  ...list('sl.', DOTTED, 100),
  ...list('pk.eyJ sk.eyJ tk.eyJ', NAME_CHAR, 40),
  ...list('apify_api_', ALNUM, 30),
  // age's and Bitcoin's secret keys
  ...list('AGE-SECRET-KEY-1 xprv9s21', ALNUM, 40),
  // JSON in base64: the first part of JWTs, and cookies of frameworks; and a JWT that is encoded in base64 again
  ...list('eyJ', NAME_CHAR, 12),
  ...list('ZXlK', BASE64, 40),
]

/** For two first characters, the index of a list in {@link LISTS}. */
const STARTS = new Uint8Array(16_384)
const LISTS: Vendor[][] = [[]]
for (const vendor of VENDORS) {
  const start = startOf(vendor.prefix.charCodeAt(0), vendor.prefix.charCodeAt(1))
  if (STARTS[start] === 0) STARTS[start] = LISTS.push([]) - 1
  LISTS[STARTS[start] as number]?.push(vendor)
}

/** The end of a vendor's key that begins at a position of a text; -1 without one. */
export function vendorKeyEnd(source: Source, at: number): number {
  const place = STARTS[startOf(source.code(at), source.code(at + 1))] as number
  if (place === 0) return -1
  const third = source.code(at + 2)
  for (const { prefix, chars, min, max } of LISTS[place] as Vendor[]) {
    if (!mayBegin(prefix, third) || !source.has(prefix, at)) continue
    const from = at + prefix.length
    const end = source.keyEnd(chars, from)
    if (max !== undefined && (end - from > max || !/\d/.test(source.text.slice(from, end)))) continue
    // A key has a digit or a capital letter: `sk-learn-like-names-of-packages` has none.
    if (end - from >= min && source.strongAt(from) < end) return end
    if (chars !== ALNUM && source.strongAt(from) >= end) return -1
  }
  return -1
}

/** The third character distinguishes most prefixes. */
function mayBegin(prefix: string, third: number): boolean {
  return prefix.length === 2 || prefix.charCodeAt(2) === third
}

function startOf(first: number, second: number): number {
  return ((first & 127) << 7) | (second & 127)
}
