import { defineConfig } from 'vitepress'

// https://vitepress.dev/reference/site-config
export default defineConfig({
  title: "My Awesome Project",
  description: "A VitePress Site",
  base: '/base/',
  srcExclude: ['**/README.md'],
  sitemap: { hostname: 'https://example.com/base/' },
  locales: {
    root: { label: 'English', lang: 'en' },
    de: { label: 'Deutsch', lang: 'de-DE' }
  },
  themeConfig: {
    nav: [{ text: 'Home', link: '/' }]
  }
})
