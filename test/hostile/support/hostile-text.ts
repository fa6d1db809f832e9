import fc from 'fast-check'
import { ENTRY_WORDS } from '../../../src/redaction/roles.js'
import { NAME_PARTS } from '../../../src/redaction/secret-names.js'

/** What a masker looks for: anchors, separators, prefixes, quotation marks of every kind. */
const PIECES = [
  ...'password pw token api_key Authorization Cookie name value key id secret session credentials'.split(' '),
  ...'eyJ sk- ghp_ AKIA xoxb- glpat- ----- -- - . _ = : => := ; , & | @ :// // / \\ " \' ` %'.split(' '),
  ...'%3A%2F%2F %40 %3D %22 %2522 %41 \\" \\\\\\" \\n \\u0022 { } [ ] ( ) < > </ &quot; &lt; &gt;'.split(' '),
  ...'<a <password> s:8: string(7) a A 1 4242 0a1b2c3d 😀 ü “ ” + ! ~ * # eyJaaaa-aaaa- a=a= x@x. \0'.split(' '),
  ...['-----BEGIN ', '-----END ', 'Bearer ', 'Basic ', 'Digest ', 'identified by ', 'mysql -p', ' --token ', '1 '],
  ...[' ', '   ', '\n', '\r\n', 'a'.repeat(40)],
]

const piece = fc.constantFrom(...PIECES)

/** A few pieces over and over, maybe between two others: what makes a pattern try again and again. */
export function hostileText(length: number): fc.Arbitrary<string> {
  const unit = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''))
  return fc
    .tuple(fc.array(piece, { maxLength: 3 }), unit, fc.array(piece, { maxLength: 3 }))
    .map(([before, one, after]) => {
      const text = before.join('') + one.repeat(Math.ceil(length / one.length))
      return text.slice(0, length) + after.join('')
    })
}

/** What a name begins with, or a word that has a value behind it. */
const STARTS = [
  ...new Set([...ENTRY_WORDS.naming, ...ENTRY_WORDS.value, ...NAME_PARTS.words, ...NAME_PARTS.anywhere]),
  ...'code ticket magic AUTH Bearer Basic Digest INTO IDENTIFIED mysql pgsql curl redis-cli пароль 密码 hasło'.split(
    ' ',
  ),
  ...'?code= &key= -u --user -p -a -H --password VALUES requirepass PLAIN Cookie Authorization < <a'.split(' '),
  ...[`'-u', `, '"-u", ', 'curl --user ', 'mysql -p', 'identified by ', 'INTO a(', 'into a(password) values ('],
  ...[
    'form-data; name=',
    "('mysql:",
    'grant_type',
    'SETUSER ',
    'SETUSER',
    'machine ',
    'HELLO 3 AUTH ',
    'thin:',
    'sqlplus ',
    'PARAMETERS: ',
    'INTO a(password) VALUES (',
    'password,',
    'pass%77ord',
    'Bearer a',
    ':// ',
    '-----BEGIN ',
  ],
]

/** What stands between a name and its value, around them, and behind them. */
const SEPARATORS = [
  ...'= : , ; | & => := == != <> :: ： ＝ ? # @ / \\ + - _ . * ! ~ $ ^ a A 1 aB3 \x1b[1m \\u001b[1m'.split(' '),
  ...'( ) [ ] { } < > </ /> [] [0] {} () " \' ` "" \'\' `` \\" \\\' \\\\\\" “ ” „ « » ‘ ’'.split(' '),
  ...'%3D %3d %3A %253D %253A %26 %40 %22 %27 %60 %2522 %5C%22 %5B %5D %5B%5D %20 %2F %0A %3A%2F%2F %3F %41 %'.split(
    ' ',
  ),
  ...'&quot; &apos; &#34; &#39; &lt; &gt; \\u0022 \\u003d \\u003e \\x22 \\x3d \\n \\r\\n :// :\\/\\/ \u00e9'.split(' '),
  ..."',' \",\" ',\" \", ', \": =\" =' =\"\" ='' '+' \"+\" )' ') \") '`) ]: }, b' u\" new s:8: string(7) Some(".split(
    ' ',
  ),
  ...[' ', '  ', '    ', '\n', '\r\n', '\t', "' + '", '" + "', ', ', ' = ', ': ', '\0', '\n '],
]

/** One to four of them, to be repeated: names and separators in any order. */
export const hostileUnit: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...STARTS), fc.constantFrom(...SEPARATORS)), { minLength: 1, maxLength: 4 })
  .map((tokens) => tokens.join(''))

/** What was slow once, or may be. */
export const HOSTILE_UNITS = [
  'eyJaaaa-aaaa-',
  'eyJa.',
  'password',
  'passwordpassword=',
  'a=a=',
  '://',
  'a://b:c',
  'a://b:c ',
  '\\"\\"',
  '\\',
  'a',
  '{"a":',
  '{"password":',
  'password="',
  "password='x ",
  'token:{',
  'token:[',
  '%',
  '%41',
  '%22',
  'x@',
  'x@x.',
  '1 ',
  '4242 ',
  '-----BEGIN A ',
  '-----BEGIN A-----',
  '<password>',
  '<a name="password">',
  'name=password ',
  'value="x" ',
  'name="password" value=',
  'value=',
  "value='",
  'sk-',
  'ghp_',
  'Bearer ',
  'Cookie: a=b; ',
  ' -p ',
  'mysql -p a ',
  's:8:"password";s:3:',
  '"password",',
  '&quot;',
  '\n',
  '\n at ',
  '   at (eval at (',
  '_',
  'aB3+',
  "by '",
  'name="password";',
  '%26password%3D',
  'password%3D%26',
  '?code=',
  '?code=a',
  '&key=a1&',
  'key=',
  'id:',
  "'-u', [",
  '"-u", {',
  'curl --user [',
  'curl -u a ',
  'mysql -p a ',
  'auth""`)',
  "AUTH''",
  "password 'a' + ",
  "password('a' + ",
  "'password', [",
  '"password", "a":',
  "password','",
  '密',
  '密码',
  'п',
  'пароль',
  'ñ',
  'hasło',
  "</SETUSER''",
  "('mysql:«",
  '\\u0022a',
  '\\u0041',
  'SETUSER u >a ',
  'machine a login b ',
  'thin:a/',
  'password,a\n',
  'password,',
] as const
