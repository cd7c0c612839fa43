import { viteBundler } from '@vuepress/bundler-vite'
import { defaultTheme } from '@vuepress/theme-default'
import { defineUserConfig } from 'vuepress'

export default defineUserConfig({
  bundler: viteBundler(),
  theme: defaultTheme(),

  lang: 'en-US',
  title: 'Hello VuePress',
  description: 'My first VuePress Site',
  base: '/base/',
  locales: {
    '/': { lang: 'en-US' },
    '/de/': { lang: 'de-DE', title: 'Hallo VuePress' },
  },
})
