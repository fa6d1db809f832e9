// Makes node:sqlite answer as that of Node 22.13 to 22.15 does, which was built without FTS5.
const { DatabaseSync } = require('node:sqlite')

const { exec } = DatabaseSync.prototype
DatabaseSync.prototype.exec = function (sql) {
  if (sql.includes('USING fts5')) throw new Error('no such module: fts5')
  return exec.call(this, sql)
}
