import { archiveConformance } from './conformance.js'
import { ModelPlace, modelDriver } from './model.js'

archiveConformance('the model', async () => {
  const place = new ModelPlace()
  return {
    driver: modelDriver(place),
    again: () => modelDriver(place),
    holds: async (bytes) => Buffer.from(JSON.stringify(place)).includes(bytes),
    end: async () => {},
  }
})
