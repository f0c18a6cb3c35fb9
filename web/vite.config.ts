import { defineConfig } from 'vite';

// `npm run dev` shows the page while one works on it, against a server on the usual port.
const server = process.env.SALON_URL ?? 'http://127.0.0.1:9501';

export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/connection': { target: server, ws: true, changeOrigin: true } } },
});
