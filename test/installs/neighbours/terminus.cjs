// A Nest app with health checks; one of them fails. With Quasar or without.
require('reflect-metadata')
const { Controller, Get, Inject, Module } = require('@nestjs/common')
const { NestFactory } = require('@nestjs/core')
const { HealthCheck, HealthCheckService, TerminusModule } = require('@nestjs/terminus')

class HealthController {
  constructor(health) {
    this.health = health
  }

  live() {
    return this.health.check([() => ({ memory: { status: 'up' } })])
  }

  ready() {
    return this.health.check([() => ({ database: { status: 'down' } })])
  }
}
for (const name of ['live', 'ready']) {
  const descriptor = Object.getOwnPropertyDescriptor(HealthController.prototype, name)
  for (const decorate of [HealthCheck(), Get(name)]) decorate(HealthController.prototype, name, descriptor)
}
Inject(HealthCheckService)(HealthController, undefined, 0)
Controller('health')(HealthController)

class AppModule {}
const imports = [TerminusModule.forRoot({ logger: false })]
if (process.env.WATCHED === '1') {
  imports.push(require('@gravito/quasar/nest').QuasarModule.forRoot({ interval: 600_000, logger: false }))
}
Module({ imports, controllers: [HealthController] })(AppModule)

async function main() {
  const app = await NestFactory.create(AppModule, { logger: false })
  await app.listen(0, '127.0.0.1')
  process.once('message', async () => {
    await app.close()
    process.exit(0)
  })
  process.send(app.getHttpServer().address().port)
}

main()
