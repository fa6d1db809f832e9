import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Builds the page. Relative URLs, because Zenith may be mounted under any path. */
export default defineConfig({
  root: 'src/dashboard',
  base: './',
  plugins: [react(), tailwind()],
  build: {
    outDir: join(tmpdir(), 'quasar-dashboard'),
    emptyOutDir: true,
    target: 'es2022',
    // light-dark() stays as it is: the themes are built on it.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // data: URLs would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/app-[hash].js',
        chunkFileNames: 'assets/part-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
})
