// Loaded before an app of the demo: ends it when the demo is gone, even killed hard. The apps themselves know nothing of it.
if (process.channel) {
  // Does not keep an app alive that ends by itself.
  process.channel.unref()
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM')
    setTimeout(() => process.exit(1), 2_000).unref()
  })
}
