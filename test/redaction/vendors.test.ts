import { describe, expect, it } from 'vitest'
import { namesSecret } from '../../src/redaction/secret-names.js'
import { maskMessage, maskSecrets } from '../../src/redaction/secrets.js'

const DIGITS = '0123456789'
const HEX = `${DIGITS}abcdef`
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const LOWER = `${DIGITS}abcdefghijklmnopqrstuvwxyz`
const ALL = `${LOWER}ABCDEFGHIJKLMNOPQRSTUVWXYZ`

/** Characters that look random and are the same every time: no key stands in this file, so that scanners find none. */
function some(chars: string, count: number): string {
  return Array.from({ length: count }, (_, at) => chars[(7 + at * 11 + ((at * at) % 13)) % chars.length]).join('')
}

const each = (prefixes: string, ...parts: readonly string[]) =>
  prefixes.split(' ').map((prefix): [name: string, key: string] => [prefix, prefix + parts.join('')])
const uuid = [8, 4, 4, 4, 12].map((count) => some(HEX, count)).join('-')
const base64 = (count: number) => `${some(ALL, count / 2)}/${some(ALL, count / 2 - 2)}+`

/** Keys as the rules of their vendors want them, as short as they come. */
const KEYS: readonly (readonly [name: string, key: string])[] = [
  ...each('AKIA ASIA ABIA ACCA A3TX', some(UPPER, 16)),
  ...each('ABSK', base64(110), '=='),
  ...each('bedrock-api-key-', base64(60)),
  ...each('AIza', some(ALL, 35)),
  ...each('ya29. 1//0 GOCSPX-', some(ALL, 28)),
  ...each('ghp_ gho_ ghu_ ghs_ ghr_', some(ALL, 36)),
  ...each('github_pat_', some(ALL, 22), '_', some(ALL, 59)),
  ...each('glpat- gldt- glrt- glrtr- glsoat- glft- glffct- GR1348941', some(ALL, 20)),
  ...each('glpat- glrt-t1_', some(ALL, 27), '.', some(LOWER, 9)),
  ...each('glcbt-64_ glimt-', some(ALL, 25)),
  ...each('glagent- gloas-', some(ALL, 64)),
  ...each('glptt-', some(HEX, 40)),
  ...each('ATATT3 ATCTT3 ATBB', some(ALL, 40), '_', some(ALL, 20), '='),
  ...each('BBDC-', base64(44)),
  ...each('xoxb- xoxp- xoxe-', `${some(DIGITS, 11)}-${some(DIGITS, 12)}-`, some(ALL, 24)),
  ...each('xapp-1- xoxe.xoxb-1- xoxe.xoxp-1- xoxe-1-', some(UPPER, 60)),
  ...each('sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_', some(ALL, 10)),
  ...each('sk_', some(ALL, 29)),
  ...each('sq0atp- EAAA', some(ALL, 22)),
  ...each('access_token$production$ access_token$sandbox$', some(LOWER, 16)),
  ...each('access-sandbox- access-development- access-production-', uuid),
  ...each('live_', some(ALL, 40)),
  ...each('EAAC EAAM', some(ALL, 100)),
  ...each('SG.', some(ALL, 22), '.', some(ALL, 43)),
  ...each('key- pubkey- SK', some(HEX, 32)),
  ...each('xkeysib-', some(HEX, 64), '-', some(ALL, 16)),
  ...each('re_', some(ALL, 8), '_', some(ALL, 24)),
  ...each('npm_', some(ALL, 36)),
  ...each('rubygems_', some(HEX, 48)),
  ...each('pypi-AgEIcHlwaS5vcmc', some(ALL, 50)),
  ...each('oy2', some(LOWER, 43)),
  ...each('cio', some(ALL, 32)),
  ...each('AKCp', some(ALL, 69)),
  ...each('cmVmd', some(ALL, 59)),
  ...each('CLOJARS_', some(LOWER, 60)),
  ...each('sk-ant-api03- sk-ant-admin01- sk-ant-oat01-', some(ALL, 93), 'AA'),
  ...each('sk-proj- sk-svcacct- sk-admin-', some(ALL, 58)),
  ...each('sk-', some(ALL, 20), 'T3BlbkFJ', some(ALL, 20)),
  ...each('hf_ api_org_', some(ALL, 34)),
  ...each('gsk_ pplx-', some(ALL, 48)),
  ...each('fw_', some(ALL, 24)),
  ...each('lsv2_pt_ lsv2_sk_', some(LOWER, 32), '_', some(LOWER, 10)),
  ...each('dop_v1_ doo_v1_ dor_v1_', some(HEX, 64)),
  ...each('HRKU-AA', some(ALL, 58)),
  ...each('vcp_ vck_ nfp_ rnd_', some(ALL, 28)),
  ...each('fo1_', some(ALL, 43)),
  ...each('fm1a_ fm1r_ fm2_', base64(100), '=='),
  ...each('LTAI', some(ALL, 20)),
  ...each('AQVN', some(ALL, 36)),
  ...each('YC', some(ALL, 38)),
  ...each('t1.', some(ALL, 60), '==.', some(ALL, 86), '='),
  ...each('v1.0-', some(HEX, 24), '-', some(HEX, 146)),
  ...each('sha256~', some(ALL, 43)),
  ...each('4b1d', some(ALL, 38)),
  ...each('tk-us-', some(ALL, 48)),
  ...each('castai_v1_', some(ALL, 64), '_', some(ALL, 8)),
  ...each('dnkey-', some(LOWER, 26), '-', some(LOWER, 52)),
  ...each('pscale_tkn_ pscale_pw_ pscale_oauth_', some(ALL, 20), '=.', some(ALL, 12)),
  ...each('hvs. hvb.', some(ALL, 138)),
  ...each('s.', some(ALL, 24)),
  ...each('ops_eyJ', base64(250), '='),
  ...each('dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.', some(ALL, 43)),
  ...each('dt0c01.', some(ALL, 24), '.', some(ALL, 64)),
  ...each('dapi', some(HEX, 32), '-2'),
  ...each('pul-', some(HEX, 40)),
  ...each('p8e- ico-', some(ALL, 32)),
  ...each('API-', some(UPPER, 26)),
  ...each('pnu_', some(ALL, 36)),
  ...each('sqa_ sqp_ squ_ sgp_', some(HEX, 40)),
  ...each('sgp_local_', some(HEX, 40)),
  ...each('pat. sat.', some(ALL, 22), '.', some(ALL, 24), '.', some(ALL, 20)),
  ...each('sm_aat_ sm_pat_ sm_sat_', some(ALL, 16)),
  ...each('rdme_', some(LOWER, 70)),
  ...each('s-s4t2ud- s-s4t2af-', some(HEX, 64)),
  ...each('PMAK-', some(HEX, 24), '-', some(HEX, 34)),
  ...each('lin_api_', some(LOWER, 40)),
  ...each('secret_', some(ALL, 43)),
  ...each('ntn_', some(DIGITS, 11), some(ALL, 35)),
  ...each('glsa_', some(ALL, 32), '_', some(HEX, 8)),
  ...each('glc_', base64(40), '='),
  ...each('NRJS-', some(HEX, 19)),
  ...each('NRAK-', some(UPPER, 27)),
  ...each('NRII-', some(ALL, 32)),
  ...each('sntrys_eyJpYXQiO', base64(60), '==_', some(ALL, 43)),
  ...each('sntryu_', some(HEX, 64)),
  ...each('shpat_ shpca_ shppa_ shpss_', some(HEX, 32)),
  ...each('shippo_live_ shippo_test_', some(HEX, 40)),
  ...each('EZAK EZTK', some(ALL, 54)),
  ...each('FLWSECK_TEST-', some(HEX, 12)),
  ...each('FLWSECK_TEST- FLWPUBK_TEST-', some(HEX, 32), '-X'),
  ...each('duffel_live_ duffel_test_', some(ALL, 30), '=', some(ALL, 12)),
  ...each('pat-na1- pat-eu1-', uuid),
  ...each('tfp_', some(ALL, 20), '.', some(ALL, 37), '='),
  ...each('fio-u-', some(ALL, 40), '=', some(ALL, 23)),
  ...each('sl.', some(ALL, 135)),
  ...each('pk.eyJ', some(ALL, 57), '.', some(ALL, 22)),
  ...each('AGE-SECRET-KEY-1', some(UPPER, 58)),
  ...each('eyJ', some(ALL, 30), '.eyJ', some(ALL, 30), '.', some(ALL, 30)),
  ...each('ZXlK', base64(60), '='),
  // What has a shape, and no beginning of its own.
  ["Telegram's bot", `${some(DIGITS, 9)}:AA${some(ALL, 33)}`],
  ["Telegram's bot, in a path", `bot${some(DIGITS, 10)}:AA${some(ALL, 33)}`],
  ["Telegram's first bots", `${some(DIGITS, 5)}:AA${some(ALL, 33)}`],
  ["Telegram's bot, encoded", `${some(DIGITS, 9)}%3AAA${some(ALL, 33)}`],
  ["Facebook's app", `${some(DIGITS, 15)}|${some(ALL, 27)}`],
  ["Facebook's app, encoded", `${some(DIGITS, 16)}%7C${some(ALL, 30)}`],
  ["Discord's bot", `M${some(ALL, 23)}.${some(ALL, 6)}.${some(ALL, 38)}`],
  ['Entra', `abc${7}Q~${some(ALL, 34)}`],
  ['Terraform', `${some(ALL, 14)}.atlasv1.${some(ALL, 67)}`],
  ['Airtable', `pat${some(ALL, 14)}.${some(HEX, 64)}`],
  ['Authress', `sc_${some(LOWER, 10)}.${some(LOWER, 5)}.acc-${some(LOWER, 12)}.${base64(40)}=`],
  ['MaxMind', `${some(ALL, 6)}_${some(ALL, 29)}_mmk`],
  ['Mailchimp', `${some(HEX, 32)}-us${12}`],
  ['Mailgun', `${some(HEX, 32)}-${some(HEX, 8)}-${some(HEX, 8)}`],
  ['1Password', `A3-${[6, 6, 5, 5, 5, 5].map((count) => some(UPPER, count)).join('-')}`],
  ['1Password, as in its paper', `A3-${[6, 11, 5, 5, 5].map((count) => some(UPPER, count)).join('-')}`],
]

/** Without what masks any long random text: in stacks and URLs there is nothing else. */
describe.each(KEYS)('a key of %s', (_, key) => {
  it.each([maskSecrets, maskMessage])('is masked wholly, wherever it stands', (mask) => {
    expect(mask(`the call with ${key} was refused`)).toBe('the call with *** was refused')
    expect(mask(`https://api.test/x?key=${key}&page=2`)).toBe('https://api.test/x?key=***&page=2')
    expect(mask(`{"note": "${key}"}`)).toBe('{"note": "***"}')
    expect(mask(`'${key}', "b"`)).toBe(`'***', "b"`)
  })
})

it('percent-encoded signs of base64 belong to the key', () => {
  const key = `glc_${encodeURIComponent(`${base64(40)}==`)}`
  expect(maskSecrets(`/x?key=${key}&page=2`)).toBe('/x?key=***&page=2')
})

it('a random value in which a part reads as the name of a secret is no name', () => {
  const value = `${some(ALL, 16)}Pin${some(ALL, 16)}`
  expect(namesSecret(value)).toBe(true)
  expect(maskMessage(`https://api.test/x?key=${value}&page=2`)).toBe('https://api.test/x?key=***&page=2')
  expect(maskMessage(`https://api.test/x?key=password&value=${value}`)).not.toContain(value)
})

describe('URLs and blocks that are keys', () => {
  const part = some(ALL, 24)
  it.each([
    `https://hooks.slack.com/services/T0AB/B0CD/${part}`,
    `https://hooks.slack.com/workflows/T0AB/A0CD/12/${part}`,
    `https://hooks.slack.com/triggers/T0AB/12/${part}`,
    `hooks.slack.com/services/T0AB/B0CD/${part}`,
    `https://discord.com/api/webhooks/123/${part}`,
    `https://discord.com/api/v10/webhooks/123/${part}`,
    `https://canary.discord.com/api/webhooks/123/${part}`,
    `https://a.webhook.office.com/webhookb2/${uuid}@${uuid}/IncomingWebhook/${part}/${uuid}`,
    `https://a.blob.core.windows.net/b/c?sv=2022-11-02&sr=b&sig=${part}%2B${part}%3D&se=2026-11-01`,
    `https://api.telegram.org/bot${some(DIGITS, 9)}:AA${some(ALL, 33)}/getMe`,
    `https://${some(HEX, 8)}:${part}@gems.contribsys.com/`,
    `{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\\n${part}\\n-----END PRIVATE KEY-----\\n"}`,
    `{"note":"-----BEGIN PRIVATE KEY-----\\n${part}\\n-----END PRIVATE KEY-----\\n"}`,
    `-----BEGIN RSA PRIVATE KEY-----\n${part}\n-----END RSA PRIVATE KEY-----`,
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${part}\n-----END OPENSSH PRIVATE KEY-----`,
    `-----BEGIN PGP PRIVATE KEY BLOCK-----\n${part}\n-----END PGP PRIVATE KEY BLOCK-----`,
    `_gitlab_session=${part}`,
    `curl -u user:${part} https://a.test/`,
  ])('%# are masked', (text) => {
    for (const mask of [maskSecrets, maskMessage]) expect(mask(`x ${text} y`)).not.toContain(part.slice(0, 8))
    expect(maskMessage(`x ${text} y`)).not.toContain(some(ALL, 33))
  })
})

describe('what begins as a key does', () => {
  it.each([
    's.getElementByIdFromContainer is not a function',
    's.getTheElementByIdFromCon is not a function',
    'SG.Infrastructure.Services2.Mail',
    'mailgun-webhook-handler-v2',
    'pypi-publish-workflow-action-v1',
    're_index_customers_2024_all',
    'sk-learn-package-v1.2',
    'sk_estimator_version_2',
    'fw_update_for_device_v2',
    'secret_rotation_for_customers_v2',
    'ops_dashboard_metrics_2024_summary',
    'dd_trace_sampling_rate_v2_staging',
    'vercel_deployment_region_iad1',
    'fly_machine_region_ams_v2',
    'easypost-client-library-for-node-version-8x',
    'railway_deployment_of_the_backend_service_2024',
    'api_org_members_list_of_2024_and_later_years',
    'ion_channel_measurements_of_2024_in_the_laboratory',
    'patLive_players_of_the_season_2024',
    'live_dashboard_of_2024',
    'pat-of-butter-for-the-recipes-of-2024',
    'dapi-server-region-2',
    't1.customerId = t2.customerId',
    'API-Gateway-Timeout-2',
    'A3-Landscape-Print-Settings-2',
    'YCbCr-to-RGB-conversion-2',
    'sl.findIndexOfTheFirst2',
    'port 8080: Address in use',
    'row 12345:Alice',
    'abc7Q',
  ])('stays as it is: %s', (text) => {
    expect(maskMessage(text)).toBe(text)
  })
})

it('names of secrets that scanners and filters know are known', () => {
  const names =
    'db_pass keypass dbKey database_key service_key account_key privKey secreto contrasena mysql_pwd x_csrftoken connect.sid _xsrf PHPSESSID user_session http_cookie signature otp ssn passw0rd_hash_token'
  expect(names.split(' ').filter((name) => !namesSecret(name))).toEqual([])
})
