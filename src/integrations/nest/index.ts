export { QuasarModule } from './quasar.module.js'
export { QuasarService } from './quasar.service.js'
export { SkipQuasar } from './skip.js'
export { ZenithModule, type ZenithModuleOptions } from './zenith.module.js'
