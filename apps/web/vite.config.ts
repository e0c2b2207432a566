import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { contractPlugin } from './build/contract-plugin.ts';
import { unusedCssPlugin } from './build/unused-css-plugin.ts';

const server = process.env.MUSTER_DEV_SERVER ?? 'http://127.0.0.1:3000';
const toServer = { target: server, changeOrigin: false, ws: true };

const manifest = {
  name: 'Muster',
  short_name: 'Muster',
  description: 'Attendance and whereabouts, with proof.',
  start_url: '/',
  scope: '/',
  display: 'standalone' as const,
  background_color: '#ffffff',
  theme_color: '#1f6b78',
  icons: [
    { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
    { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
    { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
    { src: '/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' as const },
  ],
};

export default defineConfig({
  plugins: [
    contractPlugin(),
    react(),
    unusedCssPlugin(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'service-worker.ts',
      // The app registers the worker itself: an inline registration script would need a hole in the CSP.
      injectRegister: null,
      manifest,
      includeManifestIcons: false,
      injectManifest: {
        // The map is fetched when somebody opens it, and kept from then on.
        globPatterns: ['index.html', 'assets/*.{js,css}', 'icon.svg', 'icon-192.png'],
        globIgnores: ['**/maplibre*', '**/site-map-content-*', '**/geofence-editor-content-*', '**/gallery-*'],
      },
    }),
  ],
  // React plugins and tools read it; nothing of the environment but this mode reaches the bundle.
  envPrefix: 'MUSTER_WEB_',
  build: {
    outDir: 'dist',
    sourcemap: false,
    target: 'es2023',
    cssTarget: ['chrome111', 'firefox113', 'safari16.4'],
    chunkSizeWarningLimit: 1200,
    // Inlined assets become data: addresses, which the CSP of the server does not allow everywhere.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'words-en', test: /src\/(app|components|i18n\/vocabulary|pages\/sign-in)\/en\.json$/ },
            { name: 'words-de', test: /src\/(app|components|i18n\/vocabulary|pages\/sign-in)\/de\.json$/ },
            // What every page needs is one file: forty small ones cost a phone more.
            { name: 'base', tags: ['$initial'] },
            // The same for what members and guardians see first.
            {
              name: 'phone',
              test: /src\/(app\/(phone-shell|use-navigation)|pages\/member\/(today|month\/(calendar|month-(grid|overview)|use-month)|looks\/looks-list|signals\/(risk-line|use-risk)|inbox\/(inbox-icon|use-unread)|section|member-frame|tracking\/(tracking-sign|use-tracking|browser-tracker|tracker)\.)|components\/(timeline|state-badge|relative-time|hint))/,
            },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: { '/v1': toServer, '/.well-known': toServer, '/clients': toServer, '/iclock': toServer },
  },
});
