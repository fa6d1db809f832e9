import { describe, expect, it } from 'vitest'
import { maskPayload } from '../../src/redaction/json.js'
import { maskMessage } from '../../src/redaction/secrets.js'
import { work } from '../../src/redaction/source.js'

const SECRET = /[WXYZ]k9/

/** Each secret is `Wk9`, `Xk9`, `Yk9` or `Zk9`. */
const STATEMENTS = [
  "INSERT INTO users (email, password) VALUES ('a', 'Xk9'), ('b', 'Yk9'),\n  ('c', 'Zk9')",
  "INSERT INTO users (id, password, at) VALUES (1, 'Xk9', NOW()), (2, 'Yk9', NOW())",
  "INSERT INTO users (email, password) VALUES (lower('A'), 'Xk9'), (lower('B'), 'Yk9')",
  "INSERT INTO users (email, password) VALUES ('a', crypt('Xk9', gen_salt('bf'))), ('b', crypt('Yk9', 'x'))",
  "INSERT INTO users (tags, password) VALUES (ARRAY['a', 'b'], 'Xk9'), ('{}'::text[], 'Yk9'::text)",
  "INSERT INTO users (email, password) VALUES ('a', 'Xk9'), /* two */ ('b', 'Yk9'), -- three\n ('c', 'Zk9')",
  "INSERT INTO users (email, password) VALUES ('a', 'Xk9', 'Yk9'), ('b', 'Zk9')",
  "INSERT INTO users (email, password) VALUES (?, ?), ('b', 'Yk9')",
  "INSERT INTO users (email, password) VALUES ('a', 'Xk9'), ('b', 'Yk9",
  "INSERT INTO users AS u (email, password) VALUES ('it''s', 'Xk9'), ('it\\'s', 'Yk9')",
  "INSERT INTO users (email, password) OVERRIDING SYSTEM VALUE VALUES ('a', 'Xk9')",
  "INSERT users (email, password) OUTPUT inserted.id VALUES ('a', 'Xk9')",
  "INSERT INTO users (email, password) VALUES ROW('a', 'Xk9'), ROW('b', 'Yk9')",
  "INSERT INTO users (email, password) VALUES ('a\nINSERT INTO users (email, password) VALUES ('b', 'Yk9')",
]
const CONNECTIONS = [
  "new PDO('mysql:host=db;password=Wk9', 'root', 'Xk9')",
  "new PDO ( 'mysql:host=db' , 'root' , 'Xk9' )",
  "new PDO($dsn, 'root', 'Xk9')",
  "new PDO('mysql:host=' . $host, $user, 'Xk9')",
  "PDO->__construct('oci:dbname=x', 'root', 'Xk9')",
  "PDO->__construct('mysql:host=db;password=Wk9', 'root', 'Xk9')",
  "PDO::__construct('sqlite:/a/b', NULL, 'Xk9')",
  "new mysqli('db', 'root', 'Xk9', 'shop')",
  "mysqli_connect('db', 'root', 'Xk9')",
]

describe.each([...STATEMENTS, ...CONNECTIONS])('%s', (text) => {
  it('has no secret, and is masked once', () => {
    const masked = maskMessage(text)
    expect(masked).not.toMatch(SECRET)
    expect(maskMessage(masked)).toBe(masked)
    expect(maskPayload(JSON.stringify({ text })).text).not.toMatch(SECRET)
  })
})

it('scans what a statement holds besides the values of its secret columns', () => {
  const text =
    "INSERT INTO users (email, url, password) VALUES ('ada@example.com', 'redis://u:Xk9@h', 'Yk9'), ('b', 'c', 'd')"
  expect(maskMessage(text)).toBe(
    "INSERT INTO users (email, url, password) VALUES ('***@***', 'redis://***@h', '***'), ('b', 'c', '***')",
  )
})

it('masks all of statements that stand in each other too often to be told apart', () => {
  const text = `${"INSERT INTO a (b, password) VALUES ('x', (".repeat(400)}'Xk9'`
  const before = work.steps
  expect(maskMessage(text)).not.toMatch(SECRET)
  expect((work.steps - before) / text.length).toBeLessThan(10)
})

it.each([
  "INSERT INTO logs (level, text) VALUES ('info', 'done'), ('warn', 'late')",
  'INSERT INTO users (email, password) VALUES ($1, $2::text), (?, DEFAULT)',
  "pdo('a', 'b')",
  "mysql: unknown option '--x'",
  'put into boxes (name, size) values (3)',
])('leaves %s as it is', (text) => {
  expect(maskMessage(text)).toBe(text)
})
