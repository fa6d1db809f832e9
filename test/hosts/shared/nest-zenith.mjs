// A Nest app with Zenith, for the versions of Nest that are not the repository's own. Says its port, and ends on any message.
import 'reflect-metadata'

/** @param nest `{ Module, Controller, NestFactory, adapters: { express, fastify } }` of this Nest; `args`: adapter and auth */
export async function openNestWithZenith(
  { Module, NestFactory, adapters },
  { QuasarModule, ZenithModule },
  [adapter, auth],
) {
  const options = { redis: false, path: '/quasar', interval: 50, ...(auth === 'open' ? { auth: () => true } : {}) }
  class AppModule {}
  const recording = QuasarModule.forRoot({ redis: false, service: 'shop', interval: 100, logger: false })
  Module({ imports: [recording, ZenithModule.forRoot(options)] })(AppModule)
  const app = await NestFactory.create(AppModule, new adapters[adapter](), { logger: false, abortOnError: false })
  await app.listen(0, '127.0.0.1')
  process.once('message', async () => {
    await app.close()
    process.send('closed')
    process.disconnect()
  })
  process.send(app.getHttpServer().address().port)
}
