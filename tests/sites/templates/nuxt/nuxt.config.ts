export default defineNuxtConfig({
  modules: ['@nuxt/content'],
  compatibilityDate: '2025-07-15',
  telemetry: false,
  site: { url: 'https://bees.example' },
  app: { baseURL: '/news/' },
  experimental: { payloadExtraction: false },
})
