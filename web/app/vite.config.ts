import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// During development the page is served by Vite and everything else by a
// running `hearthmap serve`; HEARTHMAP_URL says where.
const server = process.env.HEARTHMAP_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [vue()],
  build: {
    target: 'es2022',
    // The page is served under a content security policy without data:
    // scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1400,
    emptyOutDir: true,
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'maplibre', test: /node_modules[\\/](maplibre-gl|@maplibre)/ }] },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(['/api', '/tiles', '/style.json', '/readyz', '/healthz'].map((p) => [p, server])),
  },
  test: {
    include: ['tests/**/*.test.ts'],
    environment: 'node',
  },
})
