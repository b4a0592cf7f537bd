import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** A shop that runs already, for `npm run dev`. */
const shop = process.env.SHOP_URL ?? 'http://127.0.0.1:8080';
const fromShop = ['/api', '/pictures', '/health', '/docs', '/openapi.json', '/asyncapi.json', '/.well-known'];

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // No `data:` in style sheets and pages: everything comes from the shop, and is cached.
    assetsInlineLimit: 0,
    // Browsers that can't preload modules load them a little later; that spares everybody a script.
    modulePreload: { polyfill: false },
    // How long it took is not a warning: the machine may be busy.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: Object.fromEntries(fromShop.map((path) => [path, { target: shop }])),
  },
});
